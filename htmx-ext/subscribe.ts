// Owns the coming and going of components at the server: which are subscribed in one request, what is tried again, and the goodbye.

import type { SubscribeItem, SubscribeRequest, UnsubscribeRequest } from '../protocol/event.ts';
import { ATTRIBUTES, MEDIA } from '../protocol/names.ts';
import type { SubscribeAnswer, Subscribed } from '../protocol/patch.ts';
import type { Connection } from './connection.ts';
import type { Entry } from './page.ts';
import { kindOf, post, send } from './post.ts';
import type { EndReason } from './public.ts';
import { type Signable, type Signed, sign } from './sign.ts';

/** Milliseconds before a failed subscribe is tried again. */
const RETRY = 1000;
/** One request has room for so many components, and so many letters of their tokens. */
const MOST_COMPONENTS = 100;
const MOST_LETTERS = 30_000;
/** Milliseconds by which a goodbye is dated ahead: the server bears a minute either way, and heartbeats may be a minute apart. */
const GOODBYE_AHEAD = 30_000;

/** What becomes of entries. */
export interface SubscriberListener {
  waits(entry: Entry): void;
  subscribed(entry: Entry, item: Exclude<Subscribed, { gone: unknown }>): void;
  gone(entry: Entry, reason: EndReason): void;
}

/** Subscribes the entries of a page. */
export interface Subscriber {
  subscribe(entries: Iterable<Entry>): void;
  /** Lets go of entries that have left the page. */
  unsubscribe(entries: Iterable<Entry>): void;
  /** The page is being left for good: the server may clean up at once. */
  goodbye(): void;
  /** Signs what will say goodbye: a page that is left can't wait for a signature. Must be called at each heartbeat. */
  prepareGoodbye(): Promise<void>;
}

export function createSubscriber(
  connection: Connection,
  entries: ReadonlyMap<Element, Entry>,
  listener: SubscriberListener,
): Subscriber {
  let batch: Set<Entry> | undefined;
  /** Unsubscribes on their way: a subscribe must not overtake one, or it would find what is about to end. */
  let leaving: Promise<unknown> = Promise.resolve();
  let goodbyes: readonly Signed[] = [];
  let prepared = 0;

  const isHere = (entry: Entry) => entries.get(entry.root) === entry;
  const isWaiting = (entry: Entry) => isHere(entry) && entry.state === 'waiting';

  /** Entries that come in the same turn go in one request. */
  function subscribe(given: Iterable<Entry>): void {
    const isFirst = !batch;
    batch ??= new Set();
    for (const entry of given) {
      listener.waits(entry);
      entry.asked = undefined;
      batch.add(entry);
    }
    if (isFirst) queueMicrotask(sendBatch);
  }

  function sendBatch(): void {
    const groups = byViewer(batch ?? []);
    const stream = connection.hello?.stream;
    batch = undefined;
    void prepareGoodbye();
    for (const group of groups) {
      // what stands in a shared component is refused where that is not live yet
      const around = Promise.allSettled(group.map((entry) => entry.around?.asked));
      const asked = around.then(() => askInTurn(inParts(group), stream));
      for (const entry of group) entry.asked = asked;
    }
  }

  /** One after another; those that must be tried again, after a while. */
  async function askInTurn(parts: Entry[][], stream: string | undefined): Promise<void> {
    const again: Entry[][] = [];
    for (const part of parts)
      if (connection.hello?.stream === stream && !(await ask(part.filter(isWaiting)))) again.push(part);
    if (again.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY * (0.5 + Math.random())));
    return askInTurn(again, stream);
  }

  /** Resolves with false where it must be tried again. */
  async function ask(part: readonly Entry[]): Promise<boolean> {
    const stream = connection.hello?.stream;
    const [first] = part;
    if (!stream || !first) return true;
    await leaving;
    const request = { viewer: first.viewer, url: location.href, components: part.map(describe) };
    const answer = await post(connection, jsonPost('subscribe', request)).catch(() => undefined);
    if (connection.hello?.stream !== stream) return true; // a newer stream has subscribed them meanwhile
    const status = answer?.status ?? 503;
    if (status === 413 && part.length > 1) {
      const half = part.length >> 1;
      return (await ask(part.slice(0, half))) && ask(part.slice(half));
    }
    if (!answer || status >= 500 || status === 429) return false;
    if (answer.ok) return read(part, (await answer.json()) as SubscribeAnswer);
    if (status === 404 && (await kindOf(answer)) === 'stream') connection.reopen();
    else for (const entry of part) listener.gone(entry, status === 403 ? 'expired' : 'refused');
    return true;
  }

  /** Gives false where some must be asked for again. */
  function read(part: readonly Entry[], { components }: SubscribeAnswer): boolean {
    let isDone = true;
    for (const [at, entry] of part.entries()) {
      const item = components[at];
      // it left the page while it was being subscribed, maybe under another name
      if (!isHere(entry)) leave({ ...entry, id: (item as { as?: string } | undefined)?.as ?? entry.id });
      else if (item && 'gone' in item) {
        if (item.gone === 'later') isDone = false;
        else listener.gone(entry, item.gone);
      } else if (item) listener.subscribed(entry, item);
    }
    void prepareGoodbye();
    return isDone;
  }

  /** Unsubscribes an entry that is gone, unless the same instance is on the page again. */
  function leave(entry: Entry): void {
    const isBack = [...entries.values()].some(({ id, viewer }) => id === entry.id && viewer === entry.viewer);
    if (!isBack) unsubscribe([entry]);
  }

  function unsubscribe(given: Iterable<Entry>): void {
    for (const group of byViewer(given)) {
      const left = post(connection, unsubscribeOf(group)).catch(() => {}); // without a stream there is nothing to leave
      leaving = Promise.all([leaving, left]);
    }
  }

  /** Dated ahead, so that it is good until the next heartbeat has renewed it. */
  async function prepareGoodbye(): Promise<void> {
    const turn = ++prepared;
    const signing = byViewer(entries.values()).map((group) => sign(connection, unsubscribeOf(group), GOODBYE_AHEAD));
    const signed = await Promise.all(signing).catch(() => undefined);
    if (signed && turn === prepared) goodbyes = signed;
  }

  return {
    subscribe,
    unsubscribe,
    prepareGoodbye,
    goodbye() {
      if (entries.size > 0) for (const signed of goodbyes) send(signed, { keepalive: true }).catch(() => {});
    },
  };
}

function jsonPost(endpoint: 'subscribe' | 'unsubscribe', body: SubscribeRequest | UnsubscribeRequest): Signable {
  return { endpoint, query: '?', type: MEDIA.json, body: JSON.stringify(body) };
}

function unsubscribeOf(group: readonly Entry[]): Signable {
  const { viewer } = group[0] as Entry;
  return jsonPost('unsubscribe', { viewer, ids: group.map((entry) => entry.id) });
}

function describe({ root, id, epoch, version }: Entry): SubscribeItem {
  const [component, session] = [ATTRIBUTES.component, ATTRIBUTES.session].map((name) => root.getAttribute(name) ?? '');
  const held = epoch === undefined ? {} : { epoch, version };
  return { id, component: component as string, session: session as string, ...held };
}

/** Groups entries by their viewer. */
function byViewer(entries: Iterable<Entry>): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.viewer, [...(groups.get(entry.viewer) ?? []), entry]);
  return [...groups.values()];
}

/** Shares entries out to requests. */
function inParts(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  let part: Entry[] = [];
  let letters = MOST_LETTERS;
  for (const entry of entries) {
    letters += entry.root.getAttribute(ATTRIBUTES.session)?.length ?? 0;
    if (part.length >= MOST_COMPONENTS || letters > MOST_LETTERS) {
      part = [];
      parts.push(part);
      letters = 0;
    }
    part.push(entry);
  }
  return parts;
}
