// Owns `fan-out`: one published value to thousands of viewers, and how long until the last of them has it.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';
import { median } from '../median.mjs';
import { pick, rounds } from '../rounds.mjs';

/** The extension acknowledges after 9 to 16 frames, as each page has chosen by chance: so the pages of an audience do not all do so at once. */
const ackEvery = (at) => 9 + (at % 8);
const WARM_UP = 16;

const CASES = {
  ours_shared: { system: 'ours', path: '/?of=bench.Shared', acks: true },
  ours_private: { system: 'ours', path: '/?of=bench.Private', acks: true },
  bare: { system: 'bare', acks: false },
};

async function measure({ system, path, acks }, count, publishes) {
  const child = await Child.start(system);
  const posts = Array.from({ length: 50 }, () => new HttpSocket(child.port));
  let next = 0;
  const open = () => child.open({ posts: posts[next++ % posts.length], path });
  const viewers = await openMany(open, 20);
  const isShared = path !== CASES.ours_shared.path || (await child.ask('stats')).instances === 1;
  if (isShared) viewers.push(...(await openMany(open, count - viewers.length)));
  const result = isShared ? await publishAll(child, viewers, acks, publishes) : undefined;
  for (const viewer of [...viewers, ...posts]) viewer.close();
  await child.stop();
  return result;
}

async function publishAll(child, viewers, hasAcks, publishes) {
  const audience = listen(viewers);
  const publish = (n) => audience.reach(() => child.ask('publish', n));
  const acknowledge = async (n) => {
    const due = hasAcks ? viewers.filter((_, at) => n % ackEvery(at) === 0) : [];
    return { ...(await timed(child, () => acknowledgeAll(due, n))), count: due.length };
  };
  for (let n = 1; n <= WARM_UP; n++) {
    await publish(n);
    await acknowledge(n);
  }
  const frames = [];
  const acks = [];
  for (let n = WARM_UP + 1; n <= WARM_UP + publishes; n++) {
    frames.push(await timed(child, () => publish(n)));
    if (hasAcks) acks.push(await acknowledge(n));
  }
  return sum(frames, acks, viewers.length);
}

/** What some work took: ms on the clock, microseconds of the server's CPU. */
async function timed(child, work) {
  const before = await child.cpu();
  const ms = await work();
  return { ms, us: (await child.cpu()) - before };
}

function sum(frames, acks, viewers) {
  const total = (parts, field) => parts.reduce((all, part) => all + part[field], 0);
  const deliveries = frames.length * viewers;
  const ms = total(frames, 'ms');
  return {
    per_second: deliveries / ((ms + total(acks, 'ms')) / 1000),
    without_acks: deliveries / (ms / 1000),
    last_ms: median(frames.map((frame) => frame.ms)),
    server_us: (total(frames, 'us') + total(acks, 'us')) / deliveries,
    ack_us: acks.length > 0 ? total(acks, 'us') / total(acks, 'count') : 0,
  };
}

/** Counts what comes in; `reach` publishes once and gives the ms until everybody has it. */
function listen(viewers) {
  let missing = 0;
  let done;
  for (const { stream } of viewers) {
    stream.onFrames = (found, text) => {
      missing -= text.includes('event: beat') ? found - 1 : found;
      if (missing <= 0) done();
    };
  }
  return {
    reach: async (publish) => {
      missing = viewers.length;
      const all = new Promise((resolve) => {
        done = resolve;
      });
      const start = performance.now();
      publish();
      await all;
      return performance.now() - start;
    },
  };
}

async function acknowledgeAll(viewers, published) {
  const start = performance.now();
  const count = published + 1; // `hello` came before
  await Promise.all(viewers.map((viewer) => viewer.acknowledge(count)));
  return performance.now() - start;
}

export async function fanOut({ quick }) {
  const viewers = quick ? 2_000 : 5_000;
  const publishes = quick ? 32 : 64;
  const run = (name) => measure(CASES[name], viewers, publishes);
  const results = await rounds(Object.keys(CASES), quick ? 1 : 3, run);
  const notes = results.ours_shared ? {} : { notes: ["static scope = 'app' gives no shared instance yet"] };
  return {
    ...pick(results, 'per_second'),
    without_acks: pick(results, 'without_acks'),
    last_ms: pick(results, 'last_ms', 1),
    server_us: pick(results, 'server_us', 1),
    ack_us: pick(results, 'ack_us', 1),
    viewers,
    ...notes,
  };
}
