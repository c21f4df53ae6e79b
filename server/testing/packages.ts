// Owns the loading of the packages that only tests need: optional peers, so that nobody else installs them.

import type { CheerioAPI } from 'cheerio';
import type { EventSource } from 'eventsource';
import { LiveError } from '../errors.ts';

/** cheerio's way from HTML to a page. `install`: what else its caller needs. */
export async function loadCheerio(who: string, install = 'cheerio'): Promise<(html: string) => CheerioAPI> {
  const { load } = await import('cheerio').catch((error) => missing(error, who, 'cheerio', install));
  return (html) => load(html);
}

/** An EventSource for Node. */
export async function loadEventSource(who: string): Promise<typeof EventSource> {
  const loaded = await import('eventsource').catch((error) => missing(error, who, 'eventsource', 'eventsource'));
  return loaded.EventSource;
}

function missing(error: { code?: string }, who: string, name: string, install: string): never {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new LiveError('ERR_LIVE_TEST_MISSING', `${who}: needs the package ${name}. Run: npm install -D ${install}.`);
}
