// The site's settings. Nothing here is loaded from elsewhere: the site works without a network.
import { defineConfig } from 'vitepress';
import { dressHome } from './home.mjs';
import { renderForSearch, repositoryLinks, slugify } from './markdown.mjs';
import { createSidebar } from './sidebar.mjs';

/** Guides come before the reference, and that before decisions and changes. It runs in the browser, by itself. */
const weigh = (id) => (/\/(?:decisions|source)\//.test(id) ? 0.2 : /\/api\//.test(id) ? 0.3 : 1);

export default defineConfig({
  lang: 'en',
  title: 'htmx-liveview',
  description: 'Live, server-driven components for existing htmx pages in Express.',
  base: process.env.DOCS_BASE ?? '/',
  head: [['link', { rel: 'icon', href: `${process.env.DOCS_BASE ?? '/'}icon.svg` }]],
  markdown: { anchor: { slugify }, config: repositoryLinks },
  transformPageData: dressHome,
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'How it works', link: '/how-it-works' },
      { text: 'API', link: '/api/' },
      { text: 'Changes', link: '/source/CHANGELOG' },
    ],
    sidebar: createSidebar(),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: { _render: renderForSearch, miniSearch: { searchOptions: { boostDocument: weigh } } },
    },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
