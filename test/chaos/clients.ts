// Owns the pages of chaos: the extension's own code, which sends events, and notes how each of them ended.
import type { Entry, Page } from '../../htmx-ext/page.ts';
import type { Ending, Sender } from '../../htmx-ext/send.ts';
import { trace } from './trace.ts';
import { makeWorld } from './world.ts';

/** What a page is made of: see page.ts. */
export type PageParts = typeof import('./page.ts');

/** An event, how it ended, and when. */
export interface Sent {
  readonly n: number;
  ending: Ending | undefined;
  at: number;
}

/** One page, with one component. */
export interface ChaosClient {
  readonly name: string;
  readonly page: Page;
  readonly sender: Sender;
  readonly entry: Entry;
  readonly endings: Sent[];
  /** How often the server has lost its state, and said so. */
  resets: number;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function until(isDone: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isDone()) && Date.now() < end) await pause(50);
}

/** Loads a page with a component for each name, and makes a client of each; resolves when all are live. */
export async function openClients(
  url: string,
  count: number,
  load: (name: string) => Promise<PageParts>,
): Promise<ChaosClient[]> {
  const names = Array.from({ length: count }, (_, at) => `client-${at}`);
  const answer = await fetch(`${url}/?names=${names}`);
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  makeWorld(url, cookies.join('; '));
  document.body.innerHTML = await answer.text();
  const roots = [...document.querySelectorAll('[data-id]')];
  const clients: ChaosClient[] = [];
  for (const [at, root] of roots.entries()) {
    const name = names[at] as string;
    clients.push(makeClient(root, name, await load(name)));
  }
  await until(() => areLive(clients), 10_000);
  return clients;
}

export function areLive(clients: readonly ChaosClient[]): boolean {
  return clients.every(({ entry }) => entry.state === 'live');
}

function makeClient(root: Element, name: string, { createPage, createSender }: PageParts): ChaosClient {
  const page: Page = createPage(
    () => '/live/',
    { added() {}, changed() {}, removed() {} },
    {
      changed: (entry) => sender.entryChanged(entry),
      settled: (entry, settlement) => sender.settled(entry, settlement),
      resumed: (entry, taken) => sender.resumed(entry, taken),
      connection: (state) => trace(name, JSON.stringify(state)),
      reset(_, show) {
        trace(name, 'reset');
        client.resets++;
        show();
      },
    },
  );
  const sender: Sender = createSender(page);
  page.add(root);
  const entry = page.entries.get(root) as Entry;
  const client: ChaosClient = { name, page, sender, entry, endings: [], resets: 0 };
  return client;
}

/** Makes events, in bursts and pauses, until the time is up. */
export async function act(client: ChaosClient, random: () => number, end: number): Promise<void> {
  const { entry, sender, endings } = client;
  for (let n = 1; Date.now() < end; n++) {
    const sent: Sent = { n, ending: undefined, at: 0 };
    endings.push(sent);
    const { ending } = sender.send({ entry, name: 'add', field: undefined, body: `n=${n}`, headers: {} });
    void ending.then((how) => {
      sent.ending = how;
      sent.at = Date.now();
    });
    await pause(random() < 0.3 ? 0 : random() * 500);
  }
}

/** Whether all events have ended. */
export function haveEnded(clients: readonly ChaosClient[]): boolean {
  return clients.every(({ endings }) => endings.every(({ ending }) => ending));
}

/** The pages are left. */
export async function leave(clients: readonly ChaosClient[]): Promise<void> {
  for (const { page } of clients) page.goodbye();
  await pause(500);
  for (const { page } of clients) page.connection.close();
}
