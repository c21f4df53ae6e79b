// Owns what the scripts that take pictures share: an app on a free port, and Chromium before it. It needs a build; CHROMIUM is the browser's path.
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const FOLDER = 'docs/images';
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Serves an app, and starts a browser. `close` ends both. */
export async function openCamera({ app, live }) {
  const executablePath = PLACES.find((path) => path && existsSync(path));
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
