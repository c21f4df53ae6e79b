// The default theme in the project's colours.
import DefaultTheme from 'vitepress/theme';
import './style.css';

export default DefaultTheme;
