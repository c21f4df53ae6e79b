// The names that samples may use without saying where they come from (docs/contributing.md). Each sample finds them new: `renew` makes those that it
// uses, and `tidy` ends them.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import expressSession from 'express-session';
import { type ComponentClass, html, type Live, LiveComponent, liveview, presence, topic } from 'htmx-liveview';
import { connectLive, type LivePage, type MountedView, mountLive } from 'htmx-liveview/testing';
import { createApp } from '../../examples/app.ts';
import type * as chat from '../../examples/chat/chat.ts';
import { Counter } from '../../examples/counter/counter.ts';

export { expect } from 'vitest';
export { z } from 'zod';
export { Clock } from '../../examples/clock/clock.ts';
export { TodoList } from '../../examples/todo/todo.ts';
export { Upload } from '../../examples/upload/upload.ts';
export { Vote } from '../../examples/vote/vote.ts';
export { Counter, express };

/** The secret of `liveview()`. */
export const secret = 'a secret for samples that is long enough to be one';

/** Who has logged in: `context.user`, and `req.user` as passport has it. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly isAdmin: boolean;
}
export const user: User = { id: 'u1', name: 'Ada', isAdmin: true };

/** What is on a board; `cards` is the topic of those that change. */
export interface Card {
  readonly id: string;
  readonly title: string;
}
export const card: Card = { id: 'c1', title: 'Write it down' };
export const cards = topic<Card>('cards');

/** Shows one card: a child in lists. */
export class CardView extends LiveComponent<{ id: string }> {
  static component = 'sample.Card';
  render() {
    return html`<b>${this.session.id}</b>`;
  }
}

/** The presence of people in a room. */
export const inRoom = (room: string) => presence<{ name: string }>(`room:${room}`);

/** What keeps cards: as a database would, it answers later. */
export const db = {
  cards: async (): Promise<Card[]> => [card],
  search: async (text: string, _signal?: AbortSignal): Promise<Card[]> =>
    [card].filter(({ title }) => title.includes(text)),
  save: async (_card: Card): Promise<void> => {},
  count: async (_id: string): Promise<number> => 3,
  prices: async (_shop: string) => new Map([['tea', 4]]),
};

/** Classes of components, for `liveview()`. */
export const components = [Counter, CardView] as const satisfies readonly ComponentClass[];

// --- What is made for each sample that uses it ---------------------------------------------------------------------

/** An Express app with express-session and `live.router`; a request to it that is under way, and its response. */
export let app: Express;
export let live: Live;
export let req: Request;
export let res: Response;
/** The gallery's chat, in which nobody has said anything. */
export let Chat: typeof chat.Chat;
/** The server that listens for `app`. */
export let server: Server;
/** The address of a running gallery: `${url}/counter` and the like. */
export let url: string;
/** A counter that `mountLive()` has mounted, and the gallery's page of counters that `connectLive()` has opened. */
export let view: MountedView<typeof Counter>;
export let page: LivePage;

const ends: (() => unknown)[] = [];

/** It keeps what was said in its module: each sample gets a new one. */
const CHAT = join(import.meta.dirname, '../../examples/chat/chat.ts');
let count = 0;

/** Makes what a sample uses. */
export async function renew(uses: readonly string[]): Promise<void> {
  const needs = (...names: string[]) => names.some((name) => uses.includes(name));
  if (needs('app', 'live', 'req', 'res', 'server')) await makeApp();
  if (needs('Chat')) ({ Chat } = (await import(/* @vite-ignore */ `${CHAT}?${++count}`)) as typeof chat);
  if (needs('req', 'res')) await makeRequest();
  if (needs('url', 'page')) await makeGallery();
  if (needs('view')) view = await mountLive(Counter, { session: { start: 0 } });
  if (needs('page')) page = await connectLive(`${url}/counter`);
}

/** Ends what was made, and waits for the tests of the sample. */
export async function tidy(): Promise<void> {
  await Promise.all(tests.splice(0));
  for (const end of ends.splice(0).reverse()) await end();
}

async function listen(to: Server): Promise<string> {
  to.listen(0, '127.0.0.1');
  await once(to, 'listening');
  ends.push(() => {
    to.closeAllConnections();
    to.close();
  });
  return `http://127.0.0.1:${(to.address() as AddressInfo).port}`;
}

async function makeApp(): Promise<void> {
  app = express();
  app.use(expressSession({ secret, resave: false, saveUninitialized: false }));
  live = liveview({ secret, components, context: () => ({ user }) });
  app.use('/live', live.router);
  server = createServer(app);
  ends.push(() => live.close());
}

async function makeRequest(): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    app.get('/request', (request, response) => {
      [req, res] = [request, response];
      resolve();
    });
  });
  const address = await listen(server);
  const answer = fetch(`${address}/request`).catch(() => {});
  ends.push(() => {
    if (!res.writableEnded) res.end();
    return answer;
  });
  await arrived;
}

async function makeGallery(): Promise<void> {
  const gallery = createApp({ session: secret, live: secret });
  url = await listen(createServer(gallery.app));
  ends.push(() => gallery.live.close());
}

// --- What a test runner has ----------------------------------------------------------------------------------------

const tests: Promise<unknown>[] = [];

/** Runs a sample's test at once. */
export function test(_name: string, work: () => unknown): void {
  tests.push(Promise.resolve().then(work));
}
export { test as it };
export default test;

export function describe(_name: string, suite: () => void): void {
  suite();
}

/** Does work before what follows it. */
export const beforeAll = (work: () => unknown): void => test('', work);
/** Does work when the sample has come to its end. */
export const afterAll = (work: () => unknown): void => void ends.push(work);
export { afterAll as onTestFinished };
