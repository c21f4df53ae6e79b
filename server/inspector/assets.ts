// Owns the files of the inspector's page: its own, and htmx, which this package does not bring.

import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpAnswer } from '../answer.ts';
import type { Result } from '../errors.ts';
import type { LiveRequest } from '../express.ts';
import { serveFile } from '../script.ts';

const TYPES: Readonly<Record<string, string>> = {
  '/inspector.css': 'text/css; charset=utf-8',
  '/switches.js': 'text/javascript; charset=utf-8',
  '/icon.svg': 'image/svg+xml',
};

/** The path of htmx below the inspector's. */
export const HTMX = '/htmx.js';

/** Looked for from where the app runs, and then from where this package is: an app may have been started anywhere, and packages may be linked. */
const PLACES = [join(process.cwd(), 'package.json'), import.meta.url];

/** The file of the package htmx.org, of whichever version; undefined where there is none. */
export function findHtmx(places: readonly string[] = PLACES): string | undefined {
  for (const place of places) {
    try {
      return createRequire(place).resolve('htmx.org/dist/htmx.min.js');
    } catch {
      // the next place may have it
    }
  }
  return undefined;
}

/** Answers with a file of the inspector's; undefined where the path is none. */
export function serveAsset(
  request: LiveRequest,
  response: ServerResponse,
  path: string,
): Promise<Result<HttpAnswer>> | undefined {
  const type = Object.hasOwn(TYPES, path) ? TYPES[path] : undefined;
  if (type !== undefined)
    return serveFile(request, response, fileURLToPath(new URL(`.${path}`, import.meta.url)), type);
  const htmx = path === HTMX ? findHtmx() : undefined;
  return htmx === undefined ? undefined : serveFile(request, response, htmx, 'text/javascript; charset=utf-8');
}
