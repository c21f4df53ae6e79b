// Owns the way of an event to the server: its place in the order, its number, its retries, and the word on how it ended.
// In: an event as htmx composed it. Out: a signed POST, and an Ending.

import { writeEventQuery } from '../protocol/event.ts';
import { parseFrames } from '../protocol/frame.ts';
import { MEDIA } from '../protocol/names.ts';
import type { Settlement, Taken } from '../protocol/patch.ts';
import type { Body } from './body.ts';
import { dispatch, obey } from './dom.ts';
import type { Entry, Page } from './page.ts';
import { kindOf, post } from './post.ts';

/** An event, with its values as they were when it happened. */
export interface Intent {
  readonly entry: Entry;
  readonly name: string;
  /** The control that fired. */
  readonly field: string | undefined;
  /** The form, as htmx encoded it. With files it takes the lane for uploads: no click waits for it. */
  readonly body: Body;
  readonly onProgress?: (loaded: number, total: number) => void;
  readonly headers: Readonly<Record<string, string>>;
  /** The form that this event belongs to, if any: a submit cancels its waiting events. */
  readonly form?: HTMLFormElement | null;
  readonly isSubmit?: boolean;
}

/** Why an event could not be delivered. */
export type LostReason = 'aborted' | 'full' | 'gone' | 'reset' | 'superseded' | 'timeout';

/** How an event ended: settled by the server with an HTTP status, or lost. */
export type Ending = { readonly status: number } | { readonly lost: LostReason };

/** An event on its way. */
interface Pending extends Intent {
  readonly ending: Promise<Ending>;
  readonly end: (ending: Ending) => void;
  readonly abort: AbortController;
  /** When its turn came, or its upload last went on. */
  born: number;
  /** How many bytes of it got through in the best try. */
  furthest: number;
  number: number;
  epoch: string | undefined;
  /** Whether the server may have handled it without our knowing. */
  unknown: boolean;
}

/** The events of one instance in one lane: one is in flight, the others wait in the order in which they were made. */
interface Lane {
  readonly queue: Pending[];
  number: number;
  busy: boolean;
  /** Wakes the lane when its entry goes live, or is gone. */
  wake: (() => void) | undefined;
}

/** Milliseconds for which an event is tried, once its turn has come. */
const LIFETIME = 60_000;
/** Milliseconds after which an event that was given up is looked after. */
const CATCH_UP = 1_000;
/** How many events may wait at one instance, unless the page says otherwise. */
export const MOST_WAITING = 1_000;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;
/** Answers after which the same event is sent again. */
const PASSING = new Set([429, 502, 503, 504]);

/** Sends events, each once and in order. */
export class Sender {
  readonly #page: Page;
  readonly #limit: () => number;
  readonly #lanes = new WeakMap<Entry, { event: Lane; upload: Lane }>();

  /** @param limit gives how many events may wait at one instance; more are reported lost, as `full`. */
  constructor(page: Page, limit = () => MOST_WAITING) {
    this.#page = page;
    this.#limit = limit;
  }

  /** Queues an event. `cancel` takes it back: what has been sent may have been handled all the same. */
  send(intent: Intent): { ending: Promise<Ending>; cancel: (reason: LostReason) => void } {
    const lanes = this.#lanesOf(intent.entry);
    const lane = typeof intent.body === 'string' ? lanes.event : lanes.upload;
    if (intent.isSubmit) this.#supersede(lanes.event, intent.form);
    let end: (ending: Ending) => void = () => {};
    const ending = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    const fresh = {
      ending,
      end,
      abort: new AbortController(),
      born: Date.now(),
      furthest: 0,
      number: 0,
      epoch: undefined,
      unknown: false,
    };
    const pending: Pending = { ...intent, ...fresh };
    const isFull = lane.queue.length >= this.#limit();
    lane.queue.push(pending);
    if (isFull) this.#lose(lane, pending, 'full');
    else void this.#run(lane, intent.entry);
    this.#page.connection.hurry();
    return { ending, cancel: (reason) => this.#lose(lane, pending, reason) };
  }

  /** The entry went live, came back or is gone. */
  entryChanged(entry: Entry): void {
    const { event, upload } = this.#lanesOf(entry);
    event.wake?.();
    upload.wake?.();
  }

  /** A settlement came by frame, or with a subscribe. */
  settled(entry: Entry, settlement: Settlement): void {
    const lane = this.#lanesOf(entry)[settlement.lane ?? 'event'];
    const [first] = lane.queue;
    if (!first || first.number !== settlement.number || first.epoch !== entry.epoch) return;
    obey(entry.root, settlement.orders);
    first.end({ status: settlement.status });
    // a file that was refused need not be sent to its end
    if (settlement.lane) first.abort.abort();
  }

  /** The server has taken events up to these numbers, under this name, from before. */
  resumed(entry: Entry, taken: Taken): void {
    const lanes = this.#lanesOf(entry);
    for (const name of ['event', 'upload'] as const)
      lanes[name].number = Math.max(lanes[name].number, taken[name] ?? 0);
  }

  #lanesOf(entry: Entry): { event: Lane; upload: Lane } {
    let lanes = this.#lanes.get(entry);
    if (!lanes) {
      lanes = { event: createLane(), upload: createLane() };
      this.#lanes.set(entry, lanes);
    }
    return lanes;
  }

  /** A submit says more than the checks of its form that still wait. */
  #supersede(lane: Lane, form: HTMLFormElement | null | undefined): void {
    const waiting = lane.queue.slice(lane.busy ? 1 : 0);
    for (const other of waiting) {
      if (form && other.form === form && !other.isSubmit) this.#lose(lane, other, 'superseded');
    }
  }

  #lose(lane: Lane, pending: Pending, reason: LostReason): void {
    const at = lane.queue.indexOf(pending);
    if (at < 0) return;
    if (at > 0 || !lane.busy) lane.queue.splice(at, 1);
    else if (pending.number > 0) setTimeout(() => this.#catchUp(lane, pending.entry), CATCH_UP);
    pending.end({ lost: reason });
    pending.abort.abort();
    if (reason === 'superseded' || reason === 'aborted') return;
    dispatch(pending.entry.root, 'liveview:event-lost', { name: pending.name, reason });
  }

  /** The effect of an event that was given up may have been in the answer that nobody read. */
  #catchUp(lane: Lane, entry: Entry): void {
    if (!lane.busy && entry.state === 'live') this.#page.refresh(entry);
  }

  async #run(lane: Lane, entry: Entry): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    for (let first = lane.queue[0]; first; first = lane.queue[0]) {
      first.born = Date.now();
      await this.#deliver(lane, entry, first);
      lane.queue.shift();
    }
    lane.busy = false;
  }

  /** Tries until the event has ended. */
  async #deliver(lane: Lane, entry: Entry, pending: Pending): Promise<void> {
    let isOver = false;
    const over = pending.ending.then(() => {
      isOver = true;
    });
    for (let tries = 0; !isOver; tries++) {
      if (Date.now() - pending.born > LIFETIME) return this.#lose(lane, pending, 'timeout');
      if (entry.state === 'gone') return this.#lose(lane, pending, 'gone');
      if (entry.state === 'waiting') await Promise.race([over, this.#woken(lane)]);
      else if (pending.unknown && pending.epoch !== entry.epoch) return this.#lose(lane, pending, 'reset');
      else await Promise.race([over, this.#attempt(lane, entry, pending, tries)]);
    }
  }

  #woken(lane: Lane): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_DELAY);
      lane.wake = () => {
        clearTimeout(timer);
        lane.wake = undefined;
        resolve();
      };
    });
  }

  async #attempt(lane: Lane, entry: Entry, pending: Pending, tries: number): Promise<void> {
    if (pending.epoch !== entry.epoch) {
      pending.number = ++lane.number;
      pending.epoch = entry.epoch;
    }
    const answer = await this.#post(entry, pending).catch(() => undefined);
    if (pending.abort.signal.aborted) return;
    if (answer && !PASSING.has(answer.status)) return this.#read(lane, entry, pending, answer, tries);
    pending.unknown ||= !answer || answer.status === 502 || answer.status === 504;
    return pause(tries);
  }

  #post(entry: Entry, pending: Pending): Promise<Response> {
    const { name, number, field, epoch = '' } = pending;
    const head = { id: entry.id, viewer: entry.viewer, name, number, epoch, version: entry.version };
    const query = writeEventQuery(field === undefined ? head : { ...head, field });
    const headers = { ...pending.headers, Accept: MEDIA.frames };
    const { body, abort } = pending;
    const type = typeof body === 'string' ? MEDIA.form : body.type;
    const onProgress = (loaded: number, total: number) => {
      if (loaded > pending.furthest) pending.born = Date.now();
      pending.furthest = Math.max(loaded, pending.furthest);
      pending.onProgress?.(loaded, total);
    };
    return post(this.#page.connection, {
      endpoint: 'event',
      query,
      type,
      body,
      headers,
      signal: abort.signal,
      onProgress,
    });
  }

  /** Reads the answer: the effect, then how the event ended. */
  async #read(lane: Lane, entry: Entry, pending: Pending, answer: Response, tries: number): Promise<void> {
    if (answer.status === 401 || answer.status === 404 || answer.status === 409)
      return this.#again(entry, pending, answer, tries);
    const isFrames = answer.headers.get('content-type')?.startsWith(MEDIA.frames);
    const text = isFrames ? await answer.text().catch(() => undefined) : '';
    if (text === undefined) {
      pending.unknown = true; // cut off: the same number brings the recorded outcome
      return pause(0);
    }
    for (const frame of parseFrames(text)) this.#page.receive(frame.event, frame.data);
    if (answer.status === 202) {
      pending.unknown = true; // its settlement comes by frame, or with the next subscribe
      pending.born = Date.now();
      await Promise.race([pending.ending, this.#woken(lane)]);
    } else {
      pending.end({ status: answer.status === 204 ? 200 : answer.status });
    }
  }

  /** The server can't place the event. It was not handled, so it is sent again once the page is subscribed anew; else it is refused. */
  async #again(entry: Entry, pending: Pending, answer: Response, tries: number): Promise<void> {
    const kind = await kindOf(answer);
    if (kind === 'stream' || kind === 'signature') {
      this.#page.connection.reopen();
    } else if (kind === 'instance' || kind === 'stale') {
      if (kind === 'stale') pending.epoch = undefined; // its number was taken: it needs another
      this.#page.refresh(entry);
      if (tries > 0) return pause(tries);
    } else {
      pending.end({ status: answer.status });
    }
  }
}

function createLane(): Lane {
  return { queue: [], number: 0, busy: false, wake: undefined };
}

function pause(tries: number): Promise<void> {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** tries);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}
