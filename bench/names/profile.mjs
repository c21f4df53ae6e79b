// Owns `profile`: where the time of a system's server goes under load, and on request a heap snapshot of its idle viewers.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { measureLoop } from '../load/loop.mjs';

const MOST = 25;

/** `npm run bench -- profile ours`: the functions with the most self time, in per cent of the busy time. */
export async function profile([name = 'ours']) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const child = await Child.start(name, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
  const viewers = await openMany(() => child.open({}), 100);
  await measureLoop(child, viewers, { warm: 1000, ms: 6000 });
  for (const viewer of viewers) viewer.close();
  await child.stop();
  const [file] = readdirSync(folder);
  const found = selfTimes(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  console.table(found.slice(0, MOST));
  return found.slice(0, MOST);
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map();
  for (const [at, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id);
    const place = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
    times.set(place, (times.get(place) ?? 0) + timeDeltas[at]);
  }
  const busy = [...times].filter(([place]) => !/^\((idle|root)\)/.test(place));
  const total = busy.reduce((sum, [, time]) => sum + time, 0);
  return busy
    .map(([place, time]) => ({ place, percent: Math.round((time / total) * 1000) / 10 }))
    .sort((a, b) => b.percent - a.percent);
}
