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
import type { LostReason } from './public.ts';
import { tap } from './tap.ts';

/** An event, with its values as they were when it happened. */
export interface Intent {
  readonly entry: Entry;
  readonly name: string;
  /** The control that fired. */
  readonly field?: string | undefined;
  /** The form, as htmx encoded it. With files it takes the lane for uploads: no click waits for it. */
  readonly body: Body;
  readonly onProgress?: (loaded: number, total: number) => void;
  readonly headers?: Readonly<Record<string, string>>;
  /** The form that this event belongs to, if any: a submit cancels its waiting events. */
  readonly form?: HTMLFormElement | null;
  readonly isSubmit?: boolean;
}

/** How an event ended: settled by the server with an HTTP status, or lost. */
export type Ending = { readonly status: number } | { readonly lost: LostReason };

/** An event on its way. */
export interface Pending extends Intent {
  readonly lane: Lane;
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
  wake: () => void;
}

/** Milliseconds for which an event is tried, once its turn has come. */
const LIFETIME = 60_000;
/** Milliseconds after which an event that was given up is looked after. */
const CATCH_UP = 1_000;
/** How many events may wait at one instance, unless the page says otherwise. */
export const MOST_WAITING = 1_000;
/** Milliseconds for which the events of an entry that has left the page may stand still. */
const STANDSTILL = 10_000;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;
/** Answers after which the same event is sent again. */
const PASSING = new Set([429, 502, 503, 504]);

/** Sends events, each once and in order. */
export interface Sender {
  /** Queues an event. `cancel` takes it back: what has been sent may have been handled all the same. */
  send(intent: Intent): { ending: Promise<Ending>; cancel: (reason: LostReason) => void };
  /** The entry went live, came back or is gone. */
  entryChanged(entry: Entry): void;
  /** Resolves when it is time to look again; undefined where no event of an entry is on its way, or none has got on for a while. */
  unsent(entry: Entry): Promise<unknown> | undefined;
  /** A settlement came by frame, or with a subscribe. */
  settled(entry: Entry, settlement: Settlement): void;
  /** The server has taken events up to these numbers, under this name, from before. */
  resumed(entry: Entry, taken: Taken): void;
}

/** @param limit gives how many events may wait at one instance; more are reported lost, as `full`. */
export function createSender(page: Page, limit = () => MOST_WAITING): Sender {
  const allLanes = new WeakMap<Entry, { event: Lane; upload: Lane }>();

  function send(intent: Intent): { ending: Promise<Ending>; cancel: (reason: LostReason) => void } {
    const lanes = lanesOf(intent.entry);
    const lane = typeof intent.body === 'string' ? lanes.event : lanes.upload;
    if (intent.isSubmit) supersede(lanes.event, intent.form);
    let end: (ending: Ending) => void = () => {};
    const ending = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    const pending: Pending = {
      ...intent,
      lane,
      ending,
      end,
      abort: new AbortController(),
      born: Date.now(),
      furthest: 0,
      number: 0,
      epoch: undefined,
      unknown: false,
    };
    tap?.event(pending);
    if (lane.queue.push(pending) > limit()) lose(pending, 'full');
    else void run(lane);
    page.connection.hurry();
    return { ending, cancel: (reason) => lose(pending, reason) };
  }

  function entryChanged(entry: Entry): void {
    const { event, upload } = lanesOf(entry);
    event.wake();
    upload.wake();
  }

  function unsent(entry: Entry): Promise<unknown> | undefined {
    const { event, upload } = lanesOf(entry);
    const waiting = [...event.queue, ...upload.queue];
    if (!waiting.some(({ born }) => Date.now() - born < STANDSTILL)) return undefined;
    return Promise.race([Promise.all(waiting.map(({ ending }) => ending)), pause(0)]);
  }

  function settled(entry: Entry, settlement: Settlement): void {
    const lane = lanesOf(entry)[settlement.lane ?? 'event'];
    const [first] = lane.queue;
    if (!first || first.number !== settlement.number || first.epoch !== entry.epoch) return;
    if (!entry.isLeaving) obey(entry.root, settlement.orders);
    first.end({ status: settlement.status });
    // a file that was refused need not be sent to its end
    if (settlement.lane) first.abort.abort();
  }

  function resumed(entry: Entry, taken: Taken): void {
    const lanes = lanesOf(entry);
    for (const name of ['event', 'upload'] as const)
      lanes[name].number = Math.max(lanes[name].number, taken[name] ?? 0);
  }

  function lanesOf(entry: Entry): { event: Lane; upload: Lane } {
    let lanes = allLanes.get(entry);
    if (!lanes) {
      lanes = { event: createLane(), upload: createLane() };
      allLanes.set(entry, lanes);
    }
    return lanes;
  }

  /** A submit says more than the checks of its form that still wait. */
  function supersede(lane: Lane, form: HTMLFormElement | null | undefined): void {
    const waiting = lane.queue.slice(lane.busy ? 1 : 0);
    for (const other of waiting) {
      if (form && other.form === form && !other.isSubmit) lose(other, 'superseded');
    }
  }

  function lose(pending: Pending, reason: LostReason): void {
    const { lane, entry } = pending;
    const at = lane.queue.indexOf(pending);
    if (at < 0) return;
    if (at > 0 || !lane.busy) lane.queue.splice(at, 1);
    // its effect may have been in the answer that nobody read
    else if (pending.number > 0)
      setTimeout(() => !lane.busy && entry.state === 'live' && page.refresh(entry), CATCH_UP);
    pending.end({ lost: reason });
    pending.abort.abort();
    if (reason === 'superseded' || reason === 'aborted') return;
    const target = entry.root.isConnected ? entry.root : document.body;
    dispatch(target, 'liveview:event-lost', { name: pending.name, reason });
  }

  async function run(lane: Lane): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    for (let first = lane.queue[0]; first; first = lane.queue[0]) {
      first.born = Date.now();
      await deliver(first);
      lane.queue.shift();
    }
    lane.busy = false;
  }

  /** Tries until the event has ended. */
  async function deliver(pending: Pending): Promise<void> {
    const { entry, lane, ending } = pending;
    let isOver = false;
    const over = ending.then(() => {
      isOver = true;
    });
    for (let tries = 0; !isOver; tries++) {
      if (Date.now() - pending.born > LIFETIME) return lose(pending, 'timeout');
      if (entry.state === 'gone') return lose(pending, 'gone');
      if (entry.state === 'live' && pending.unknown && pending.epoch !== entry.epoch) return lose(pending, 'reset');
      await Promise.race([over, entry.state === 'live' ? attempt(pending, tries) : woken(lane)]);
    }
  }

  async function attempt(pending: Pending, tries: number): Promise<void> {
    const { entry } = pending;
    if (pending.epoch !== entry.epoch) {
      pending.number = ++pending.lane.number;
      pending.epoch = entry.epoch;
    }
    const stream = page.connection.hello?.stream;
    const answer = await postEvent(pending).catch(() => undefined);
    if (pending.abort.signal.aborted) return;
    const status = answer?.status ?? 0;
    if (answer && !PASSING.has(status) && !isAstray(answer)) return read(pending, answer, tries, stream);
    pending.unknown ||= !status || (status !== 503 && status !== 429);
    return pause(tries);
  }

  function postEvent(pending: Pending): Promise<Response> {
    const { entry, name, number, field, epoch = '', body } = pending;
    const { id, viewer, version } = entry;
    return post(page.connection, {
      endpoint: 'event',
      query: writeEventQuery({ id, viewer, name, number, epoch, version, field }),
      type: typeof body === 'string' ? MEDIA.form : body.type,
      body,
      headers: { ...pending.headers, Accept: MEDIA.frames },
      signal: pending.abort.signal,
      onProgress(loaded, total) {
        if (loaded > pending.furthest) {
          pending.born = Date.now();
          pending.furthest = loaded;
        }
        pending.onProgress?.(loaded, total);
      },
    });
  }

  /** Reads the answer: the effect, then how the event ended. */
  async function read(pending: Pending, answer: Response, tries: number, stream: string | undefined): Promise<void> {
    const { status } = answer;
    if (status === 401 || status === 404 || status === 409) return again(pending, answer, tries, stream);
    const isFrames = answer.headers.get('content-type')?.startsWith(MEDIA.frames);
    const text = isFrames ? await answer.text().catch(() => undefined) : '';
    if (text === undefined) {
      pending.unknown = true; // cut off: the same number brings the recorded outcome
      return pause(0);
    }
    for (const frame of parseFrames(text)) page.receive(frame.event, frame.data);
    if (status !== 202) return pending.end({ status: status === 204 ? 200 : status });
    pending.unknown = true; // its settlement comes by frame, or with the next subscribe
    pending.born = Date.now();
    await Promise.race([pending.ending, woken(pending.lane)]);
  }

  /** The server can't place the event. It was not handled, so it is sent again once the page is subscribed anew; else it is refused. */
  async function again(pending: Pending, answer: Response, tries: number, stream: string | undefined): Promise<void> {
    const kind = await kindOf(answer);
    if (kind === 'stream' || kind === 'signature') {
      if (page.connection.hello?.stream === stream) page.connection.reopen(); // a newer one is fine
      return;
    }
    if (kind !== 'instance' && kind !== 'stale') return pending.end({ status: answer.status });
    if (kind === 'stale') pending.epoch = undefined; // its number was taken: it needs another
    page.refresh(pending.entry);
    if (tries > 0) return pause(tries);
  }

  return { send, entryChanged, unsent, settled, resumed };
}

/** A 500 that is not the event's own: something before the router has failed, such as the sessions' store. */
function isAstray({ status, headers }: Response): boolean {
  return status === 500 && !/event-stream|problem/.test(headers.get('content-type') ?? '');
}

function createLane(): Lane {
  return { queue: [], number: 0, busy: false, wake() {} };
}

/** Until the lane's entry goes live or is gone, or for a while. */
function woken(lane: Lane): Promise<void> {
  return new Promise((resolve) => {
    lane.wake = resolve;
    setTimeout(resolve, LONGEST_DELAY);
  });
}

function pause(tries: number): Promise<void> {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** tries);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}
