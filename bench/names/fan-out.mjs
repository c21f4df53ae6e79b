// Owns `fan-out`: one published value to thousands of viewers, and how long until the last of them has it.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';
import { median } from '../median.mjs';
import { pick, rounds } from '../rounds.mjs';

/** The extension acknowledges after so many frames. */
const ACK_EVERY = 16;

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
  const result = isShared ? await publishAll(child, viewers, acks ? ACK_EVERY : 0, publishes) : undefined;
  for (const viewer of [...viewers, ...posts]) viewer.close();
  await child.stop();
  return result;
}

async function publishAll(child, viewers, ackEvery, publishes) {
  const audience = listen(viewers);
  for (let n = 1; n <= ackEvery || n <= 4; n++) await audience.reach(() => child.ask('publish', n));
  if (ackEvery) await acknowledge(viewers);
  const last = [];
  const cpu = { frames: 0, acks: 0 };
  let ackMs = 0;
  for (let n = 1; n <= publishes; n++) {
    let before = await child.cpu();
    last.push(await audience.reach(() => child.ask('publish', 1000 + n)));
    cpu.frames += (await child.cpu()) - before;
    if (!ackEvery || n % ackEvery > 0) continue;
    before = await child.cpu();
    ackMs += await acknowledge(viewers);
    cpu.acks += (await child.cpu()) - before;
  }
  return sum(last, ackMs, cpu, viewers.length, ackEvery);
}

function sum(last, ackMs, cpu, viewers, ackEvery) {
  const deliveries = last.length * viewers;
  const ms = last.reduce((all, one) => all + one, 0);
  const acks = ackEvery ? deliveries / ackEvery : 0;
  return {
    per_second: deliveries / ((ms + ackMs) / 1000),
    without_acks: deliveries / (ms / 1000),
    last_ms: median(last),
    server_us: (cpu.frames + cpu.acks) / deliveries,
    ack_us: acks ? cpu.acks / acks : 0,
  };
}

/** Counts what comes in; `reach` publishes once and gives the ms until everybody has it. */
function listen(viewers) {
  let missing = 0;
  let done;
  for (const { stream } of viewers) {
    stream.onFrames = (found) => {
      missing -= found;
      if (found > 0 && missing === 0) done();
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

async function acknowledge(viewers) {
  const start = performance.now();
  // the first frame is the retry line, which has no number
  await Promise.all(viewers.map((viewer) => viewer.acknowledge(viewer.stream.frames - 1)));
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
