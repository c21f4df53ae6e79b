// Owns what is measured in a row, and the judgement on it.
import type { Browser } from 'playwright-core';
import type { App } from './app.ts';
import { freePort, inFolder } from './program.ts';
import type { Row } from './rows.ts';
import { type Mode, Visitor } from './visitor.ts';
import { tryTunnel, tryUpgrade } from './websocket.ts';

/** What a row came to. Times are in ms; null where it was not seen. */
export interface Result {
  name: string;
  live_ms: number | null;
  mode: Mode | null;
  push_ms: number | null;
  push_worst_ms: number | null;
  click_ms: number | null;
  click_worst_ms: number | null;
  /** Clicks that the page showed, and no longer shows at the end: with its stream, it lost its state. */
  clicks_lost: number;
  /** The status of the answer to a plain upgrade. */
  websocket: string;
  /** The same through a CONNECT tunnel of a forward proxy. */
  websocket_connect?: string;
  ok: boolean;
  /** Why it is not ok. */
  why?: string;
}

type Measured = Omit<Result, 'ok' | 'why'>;

const LIVE_LIMIT = 6000;
const POLL_PUSH_LIMIT = 500;
const CLICK_LIMIT = 250;
/** Between two pushes or clicks; chance keeps them from falling into step with a poll. */
const PAUSE_MS = 120;
/** The same where pushes go on for seconds: short enough that some fall into a gap. */
const LONG_PAUSE_MS = 300;
/** After so many that were not seen, no more are tried. */
const MISSES = 2;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let pushes = 0;

/** Starts a row's proxy, measures through it, and stops it. A proxy that does not start is a row that is not ok. */
export function measureRow(row: Row, app: App, browser: Browser, times: number): Promise<Result> {
  return inFolder(async (folder) => {
    const ground = { port: row.start ? await freePort() : app.port, behind: app.port, folder };
    try {
      const stop = await row.start?.(ground);
      const measured = await measure(row, app, browser, ground.port, times).finally(stop);
      const why = faultOf(row, measured, app.countWithoutVia());
      return { ...measured, ok: why === undefined, ...(why && { why }) };
    } catch (error) {
      return { ...nothing(row.name), ok: false, why: error instanceof Error ? error.message : String(error) };
    }
  });
}

function nothing(name: string): Measured {
  const none = { push_ms: null, push_worst_ms: null, click_ms: null, click_worst_ms: null, clicks_lost: 0 };
  return { name, live_ms: null, mode: null, ...none, websocket: '' };
}

async function measure(row: Row, app: App, browser: Browser, port: number, times: number): Promise<Measured> {
  app.countWithoutVia();
  const address = `http://${row.host}:${row.isForward ? app.port : port}/`;
  const visitor = await Visitor.open(browser, address, row.isForward ? `http://127.0.0.1:${port}` : undefined);
  try {
    const page = await measurePage(row, app, visitor, times);
    const websocket = await tryUpgrade(row.isForward ? { proxy: port, behind: app.port } : { proxy: port });
    const tunnel = row.isForward ? { websocket_connect: await tryTunnel(port, app.port) } : {};
    return { ...nothing(row.name), ...page, websocket, ...tunnel };
  } finally {
    await visitor.close();
  }
}

async function measurePage(row: Row, app: App, visitor: Visitor, times: number): Promise<Partial<Measured>> {
  const live = await visitor.live();
  if (live === null) return {};
  const pushTimes = Math.max(times, Math.ceil((row.seconds * 1000) / LONG_PAUSE_MS));
  const between = row.seconds ? LONG_PAUSE_MS : PAUSE_MS;
  const clicks = await series(times, PAUSE_MS, () => visitor.click());
  const pushed = await series(pushTimes, between, () => visitor.seePush(++pushes, app.push));
  return {
    live_ms: Math.round(live),
    mode: await visitor.mode(),
    push_ms: pushed.median,
    push_worst_ms: pushed.worst,
    click_ms: clicks.median,
    click_worst_ms: clicks.worst,
    clicks_lost: clicks.seen - (await visitor.count()),
  };
}

/** The median and the worst of several tries. The worst is null where one was not seen, the median where most were not. */
async function series(times: number, between: number, once: () => Promise<number | null>) {
  const took: number[] = [];
  let missed = 0;
  for (let time = 0; time < times && missed < MISSES; time++) {
    await pause(between * (0.75 + Math.random() / 2));
    const ms = await once();
    if (ms === null) missed++;
    else took.push(Math.round(ms));
  }
  took.sort((a, b) => a - b);
  const median = took.length > missed ? (took[Math.floor(took.length / 2)] ?? null) : null;
  return { seen: took.length, median, worst: missed ? null : (took.at(-1) ?? null) };
}

function faultOf(row: Row, found: Measured, withoutVia: number): string | undefined {
  const pushLimit = found.mode === 'poll' ? POLL_PUSH_LIMIT : row.pushLimit;
  if (row.isForward && withoutVia > 0) return `${withoutVia} requests did not come through the proxy`;
  if (found.live_ms === null) return 'not live';
  if (found.live_ms > LIVE_LIMIT) return `live after more than ${LIVE_LIMIT} ms`;
  if (row.mode === 'stream' && found.mode === 'poll') return 'polls, although it can stream';
  if (found.push_ms === null) return 'pushes were not seen';
  if (found.push_ms > pushLimit) return `pushes took more than ${pushLimit} ms`;
  if (found.click_ms === null) return 'clicks were not seen';
  if (found.click_ms > CLICK_LIMIT) return `clicks took more than ${CLICK_LIMIT} ms`;
  if (found.clicks_lost !== 0) return `${found.clicks_lost} clicks were lost again`;
  return undefined;
}
