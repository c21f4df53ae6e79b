// Owns the serving of the extension's built files.

import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answer } from './answer.ts';
import { type Result, refuse } from './errors.ts';
import type { LiveRequest } from './express.ts';

/** Where the built extension is: the same for the sources and for what is built from them. */
const folder = dirname(createRequire(import.meta.url).resolve('htmx-liveview/liveview.js'));

const FILES = new Set([
  '/liveview.js',
  '/liveview.min.js',
  '/liveview.js.map',
  '/liveview.min.js.map',
  '/liveview-sha.js',
  '/hub.js',
]);

/** Whether a path below the mount is one of the extension's files. */
export function isScript(path: string): boolean {
  return FILES.has(path);
}

/** Answers with a file of the extension. */
export async function serveScript(request: LiveRequest, response: ServerResponse, path: string): Promise<Result<void>> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('method', `${request.method} ${path}`);
  const type = path.endsWith('.map') ? 'application/json' : 'text/javascript; charset=utf-8';
  return answer(response, 200, type, await readFile(join(folder, path)), 'no-cache');
}
