// Owns where Chromium is on this machine: the whole browser, and its headless shell, the same engine in half the time.
import { existsSync } from 'node:fs';

const SHELL = '/usr/bin/chromium-headless-shell';
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const first = (...paths) => paths.find((path) => path && existsSync(path));

/** What CHROMIUM names, or the browser, or what else there is; undefined where there is none. */
export const findChromium = () => first(process.env.CHROMIUM, ...BROWSERS, SHELL);

/** The same, with the shell before the browser. */
export const findShell = () => first(process.env.CHROMIUM, SHELL, ...BROWSERS);

/** Whether the shell should be installed: it is missing, and nobody wants another one. */
export const lacksShell = () => !first(process.env.CHROMIUM, SHELL);
