// Owns `memory`: what an idle viewer takes of the server's memory, and what it takes once it has sent an event.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';
import { pick, rounds } from '../rounds.mjs';
import { present } from '../systems.mjs';

const NAMES = present(['ours', 'ours_express', 'bare', 'bare_express', 'liveviewjs', 'ws']);
/** So many viewers are there before the first look: code is compiled, and pools have their size. */
const BEFORE = 100;

async function measure(name, count) {
  const child = await Child.start(name);
  const posts = Array.from({ length: 50 }, () => new HttpSocket(child.port));
  let next = 0;
  const open = () => child.open({ posts: posts[next++ % posts.length] });
  const viewers = await openMany(open, BEFORE);
  const before = await child.ask('memory');
  viewers.push(...(await openMany(open, count)));
  const idle = await child.ask('memory');
  await sendEach(viewers);
  const active = await child.ask('memory');
  for (const viewer of [...viewers, ...posts]) viewer.close();
  await child.stop();
  const kb = (now, field) => (now[field] - before[field]) / count / 1024;
  return {
    idle: kb(idle, 'rss'),
    after: kb(active, 'rss'),
    heap: kb(idle, 'heap'),
    heapAfter: kb(active, 'heap'),
  };
}

/** One event of each viewer, 50 at a time. */
async function sendEach(viewers) {
  let next = 0;
  const work = async () => {
    for (let viewer = viewers[next++]; viewer; viewer = viewers[next++]) {
      viewer.prepare();
      await viewer.fire();
    }
  };
  await Promise.all(Array.from({ length: 50 }, work));
}

const inKb = (results, field) =>
  Object.fromEntries(Object.entries(pick(results, field, 1)).map(([name, kb]) => [`${name}_kb`, kb]));

export async function memory({ quick }) {
  const viewers = quick ? 2_000 : 10_000;
  const results = await rounds(NAMES, quick ? 1 : 2, (name) => measure(name, viewers));
  return {
    ...inKb(results, 'idle'),
    after_event: inKb(results, 'after'),
    heap: inKb(results, 'heap'),
    heap_after_event: inKb(results, 'heapAfter'),
    viewers,
  };
}
