// Owns what the scripts that take pictures share: an app on a free port, and Chromium before it. It needs a build; CHROMIUM is the browser's path.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

export const FOLDER = 'docs/images';

/** Serves an app, and starts a browser. `close` ends both. */
export async function openCamera({ app, live }) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('Chromium is not installed. Set CHROMIUM to its path.');
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  mkdirSync(FOLDER, { recursive: true });
  const close = async () => {
    await browser.close();
    live.close();
    server.closeAllConnections();
    server.close();
  };
  return { base: `http://127.0.0.1:${server.address().port}`, browser, close };
}
