// Owns the page's way down: opens it, notices when it has ended or fallen silent, and opens it again. EventSource gives up for good on any
// answer but 200, knows no back-off, and can't see a stall or a proxy that holds frames back; so all of that is decided here.

import { MEDIA } from '../protocol/names.ts';
import type { ByeReason, Hello, Move } from '../protocol/patch.ts';
import { Acks } from './acks.ts';
import { createWayBack, SHORT_LIFE } from './backoff.ts';
import { type Carrier, type CarrierListener, openPolls, openSource, POLL_PATIENCE } from './carry.ts';
import type { Connection, ConnectionListener, Sharing } from './connection.ts';
import { Lag, pollUntil, rememberPolling } from './mode.ts';
import { post } from './post.ts';
import type { EndReason, Mode } from './public.ts';

/** Milliseconds for which `hello` is waited for, before polls are tried. */
const HELLO_PATIENCE = 4_000;
/** Milliseconds after which a stream is tried beside the polls, on a page that had one before: perhaps its network was only dead for a while. */
const SECOND_LOOK = 3_000;
/** How many heartbeats may be missed before a stream counts as stalled. */
const PATIENCE = 2.25;
/** Milliseconds between two heartbeats, as long as the server has not said it. */
const HEARTBEAT = 15_000;

/** Makes the page's way down. It is closed at first. */
export function createConnection(base: () => string, listener: ConnectionListener, sharing?: Sharing): Connection {
  let mode: Mode = 'stream';
  let carrier: Carrier | undefined;
  /** A stream that is tried beside the polls. */
  let trial: Carrier | undefined;
  /** Whether the last stream that was tried got through. */
  let hasStreamed = false;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let greeting: ReturnType<typeof setTimeout> | undefined;
  let moving: ReturnType<typeof setTimeout> | undefined;
  let lastFrame = 0;
  let greeted = 0;
  let clockOffset = 0;
  let lag = new Lag();
  const acks = new Acks(acknowledge);
  const wayBack = createWayBack(
    base,
    open,
    (attempt, ms) => listener.changed?.({ name: 'reconnecting', attempt, ms }),
    () => end('session'),
  );
  const connection: Connection = {
    base,
    hello: undefined,
    inFlight: new Set(),
    now: () => Date.now() + clockOffset,
    takeAck: () => (connection.hello ? acks.take() : ''),
    open,
    close,
    swap,
    reopen,
    hurry,
    check: () => (carrier && isStalled() ? reopen() : hurry()),
  };

  // --- Opening and closing ---------------------------------------------------------------------------------------

  function open(): void {
    if (!carrier && !wayBack.isDue()) tryTo(Date.now() < pollUntil() ? 'poll' : 'stream');
  }

  function tryTo(wanted: Mode): void {
    wayBack.trying();
    lastFrame = Date.now();
    acks.lastId = '';
    carrier = sharing?.open(down);
    mode = carrier ? 'shared' : wanted;
    carrier ??= (mode === 'poll' ? openPolls : openSource)(base(), down);
    greeting = setTimeout(heldBack, HELLO_PATIENCE);
    watchOut();
  }

  /** No word in time: perhaps a proxy holds the stream back. Then polls get through. */
  function heldBack(): void {
    if (mode !== 'stream') return failed();
    carrier?.close();
    tryTo('poll');
  }

  function close(): void {
    shut();
    listener.changed?.({ name: 'closed' });
  }

  function shut(): void {
    for (const timer of [watch, greeting, moving]) clearTimeout(timer);
    acks.stop();
    wayBack.stop();
    trial?.close();
    carrier?.close();
    carrier = undefined;
    lose();
  }

  function lose(): void {
    if (!connection.hello) return;
    connection.hello = undefined;
    listener.lost();
    listener.changed?.({ name: 'disconnected' });
  }

  function swap(): void {
    shut();
    open();
  }

  function reopen(): void {
    const lived = Date.now() - greeted;
    if (connection.hello) carrier?.isDead?.(connection.hello.stream);
    shut();
    for (const controller of connection.inFlight) controller.abort();
    if (lived < SHORT_LIFE) wayBack.dropped(lived);
    else open();
  }

  function hurry(): void {
    if (!connection.hello) carrier?.hurry?.();
    wayBack.hurry();
  }

  /** It has ended by itself. */
  function failed(isRefused = !connection.hello): void {
    shut();
    if (isRefused) void wayBack.refused();
    else wayBack.dropped(Date.now() - greeted);
  }

  /** There is nothing to come back to. */
  function end(reason: EndReason): void {
    close();
    listener.ended(reason);
  }

  // --- Frames ----------------------------------------------------------------------------------------------------

  const down: CarrierListener = {
    frame(name, data, id, length) {
      lastFrame = Date.now();
      if (id) acks.note(id, length);
      if (name === 'hello') greet(data as Hello);
      else if (name === 'bye') bye((data as { reason: ByeReason }).reason);
      else if (name === 'move') move(data as Move);
      else {
        if (name === 'beat') beat((data as { time: number }).time);
        listener.received(name, data);
      }
    },
    polled() {
      lastFrame = Date.now();
      if (connection.hello) listener.received('beat', {}); // who listens to a hub must know
    },
    failed: () => failed(),
    lost: lose,
    lastId: () => acks.lastId,
  };

  function greet(hello: Hello): void {
    clearTimeout(greeting);
    wayBack.greeted();
    connection.hello = hello;
    greeted = Date.now();
    clockOffset = hello.time - greeted;
    lag = new Lag();
    if (mode === 'poll') isPolling();
    if (mode === 'stream') hasStreamed = true;
    watchOut();
    listener.changed?.({ name: 'connected', mode });
    listener.opened();
    if (mode !== 'shared') sharing?.greeted(hello);
  }

  function bye(reason: ByeReason): void {
    if (reason === 'unavailable') failed(true);
    else end(reason);
  }

  /** The server is about to go, or was too fast. This stream may go on until it is time. */
  function move({ ms }: Move): void {
    wayBack.notFor(ms);
    clearTimeout(moving);
    moving = setTimeout(swap, ms);
  }

  function beat(time: number): void {
    if (mode !== 'stream' || !lag.isLumpy(time)) return;
    rememberPolling();
    reopen();
  }

  /** In poll mode the next poll says it. */
  function acknowledge(): void {
    if (!connection.hello || mode === 'poll') return acks.stop();
    post(connection, { endpoint: 'ack', query: '?', type: MEDIA.json, body: '' }).catch(() => {});
  }

  // --- Beside polls ----------------------------------------------------------------------------------------------

  /** Streams are tried again later: it may have been another network. */
  function isPolling(): void {
    const isNew = Date.now() >= pollUntil();
    const isDoubtful = isNew && hasStreamed;
    hasStreamed = false;
    if (isNew && !isDoubtful) rememberPolling();
    clearTimeout(moving);
    moving = setTimeout(tryStream, isDoubtful ? SECOND_LOOK : pollUntil() - Date.now());
  }

  /** Beside the polls, which go on until the stream has said hello. */
  function tryStream(): void {
    const source = openSource(base(), {
      ...down,
      frame(...frame) {
        if (frame[0] === 'hello' && carrier !== source) adopt(source);
        if (carrier === source) down.frame(...frame);
      },
      failed: () => carrier === source && failed(),
    });
    trial = source;
    moving = setTimeout(() => {
      source.close();
      isPolling();
    }, HELLO_PATIENCE);
  }

  function adopt(source: Carrier): void {
    clearTimeout(moving);
    carrier?.close();
    carrier = source;
    trial = undefined;
    mode = 'stream';
  }

  // --- Silence ---------------------------------------------------------------------------------------------------

  function isStalled(): boolean {
    // there are no heartbeats between polls, and one may take long
    const patience = Math.max(heartbeat() * PATIENCE, mode === 'poll' ? POLL_PATIENCE : 0);
    return Date.now() - lastFrame > patience;
  }

  function watchOut(): void {
    clearTimeout(watch);
    watch = setTimeout(() => (isStalled() ? reopen() : watchOut()), heartbeat() / 8);
  }

  function heartbeat(): number {
    return connection.hello?.heartbeat ?? HEARTBEAT;
  }

  return connection;
}
