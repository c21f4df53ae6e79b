// Owns the serving of the extension's built files.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { HttpAnswer } from './answer.ts';
import { accept, type Result, refuse } from './errors.ts';
import type { LiveRequest } from './express.ts';

/** Where the built extension is: the same for the sources and for what is built from them. */
const folder = dirname(createRequire(import.meta.url).resolve('htmx-liveview/liveview.js'));

const FILES = new Set([
  '/liveview.js',
  '/liveview.min.js',
  '/liveview.js.map',
  '/liveview.min.js.map',
  '/liveview-sha.js',
  '/liveview-tools.js',
  '/hub.js',
]);

/** Kept, but asked for each time: a deploy brings another. */
const CACHE = 'no-cache';

/** Whether a path below the mount is one of the extension's files. */
export function isScript(path: string): boolean {
  return FILES.has(path);
}

/** Answers with a file of the extension: tabs, and the worker that they share, load the same ones. */
export function serveScript(request: LiveRequest, response: ServerResponse, path: string): Promise<Result<HttpAnswer>> {
  const type = path.endsWith('.map') ? 'application/json' : 'text/javascript; charset=utf-8';
  return serveFile(request, response, join(folder, path), type);
}

/** Answers with a file, or says that it has not changed. */
export async function serveFile(
  request: LiveRequest,
  response: ServerResponse,
  file: string,
  type: string,
): Promise<Result<HttpAnswer>> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse('method', `${request.method} ${basename(file)}`);
  const content = await readFile(file);
  const tag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  response.setHeader('ETag', tag);
  if (request.headers['if-none-match']?.includes(tag)) return accept({ status: 304, cache: CACHE });
  return accept({ status: 200, type, body: content, cache: CACHE });
}
