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
/** After so many that were not seen, no more are tried. */
const MISSES = 2;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let pushes = 0;

/** Starts a row's proxy, measures through it, and stops it. A proxy that does not start is a row that is not ok. */
export function measureRow(row: Row, app: App, browser: Browser, times: number): Promise<Result> {
  return inFolder(async (folder) => {
    const ground = { port: await freePort(), behind: app.port, folder };
    try {
      const stop = await row.start(ground);
      const measured = await measure(row, app, browser, ground.port, times).finally(stop);
      const why = faultOf(row, measured, app.countWithoutVia());
      return { ...measured, ok: why === undefined, ...(why && { why }) };
    } catch (error) {
      return { ...nothing(row.name), ok: false, why: error instanceof Error ? error.message : String(error) };
    }
  });
}

function nothing(name: string): Measured {
  const none = { push_ms: null, push_worst_ms: null, click_ms: null, click_worst_ms: null };
  return { name, live_ms: null, mode: null, ...none, websocket: '' };
}

async function measure(row: Row, app: App, browser: Browser, at: number, times: number): Promise<Measured> {
  const port = row.name === 'direct' ? app.port : at;
  app.countWithoutVia();
  const proxy = `http://127.0.0.1:${port}`;
  const visitor = row.isForward
    ? await Visitor.open(browser, `http://127.0.0.1:${app.port}/`, proxy)
    : await Visitor.open(browser, `${proxy}/`);
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
  const between = Math.max(PAUSE_MS, (row.spread * 1000) / times);
  const [push_ms, push_worst_ms] = await series(times, between, () => visitor.seePush(++pushes, app.push));
  const [click_ms, click_worst_ms] = await series(times, PAUSE_MS, () => visitor.click());
  const mode = await visitor.mode();
  return { live_ms: Math.round(live), mode, push_ms, push_worst_ms, click_ms, click_worst_ms };
}

/** The median and the worst of several tries. The worst is null where one was not seen, the median where most were not. */
async function series(times: number, between: number, once: () => Promise<number | null>) {
  const seen: number[] = [];
  let missed = 0;
  for (let time = 0; time < times && missed < MISSES; time++) {
    await pause(between * (0.75 + Math.random() / 2));
    const took = await once();
    if (took === null) missed++;
    else seen.push(took);
  }
  seen.sort((a, b) => a - b);
  const median = seen.length > missed ? seen[Math.floor(seen.length / 2)] : undefined;
  const worst = missed ? undefined : seen.at(-1);
  return [median, worst].map((ms) => (ms === undefined ? null : Math.round(ms))) as [number | null, number | null];
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
  return undefined;
}
