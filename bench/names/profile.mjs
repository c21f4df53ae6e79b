// Owns `profile`: where the time of a system's server goes under load. `npm run bench -- profile ours`
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { loop } from '../load/loop.mjs';

const MOST = 25;

/** The functions with the most self time, in per cent of the busy time, after a warm-up. */
export async function profile([name = 'ours']) {
  const child = await Child.start(name);
  const viewers = await openMany(() => child.open({}), 100);
  await loop(viewers, 6000);
  await child.ask('profileStart');
  await loop(viewers, 6000);
  const found = await child.ask('profileStop');
  for (const viewer of viewers) viewer.close();
  await child.stop();
  const functions = selfTimes(found, ({ functionName, url, lineNumber }) => {
    return `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
  });
  console.table(functions.slice(0, MOST));
  console.table(selfTimes(found, ({ url, functionName }) => area(url, functionName)).slice(0, MOST));
  return functions.slice(0, MOST);
}

/** Whose code it is. */
function area(url, name) {
  if (url === '') return name.startsWith('(') ? name : 'native code';
  const own = /dist\/((?:server|protocol|views)\/[^/]*)$/.exec(url);
  return own?.[1] ?? /node_modules\/((?:@[^/]*\/)?[^/]*)/.exec(url)?.[1] ?? url;
}

function selfTimes({ nodes, samples, timeDeltas }, nameOf) {
  const byId = new Map(nodes.map((node) => [node.id, nameOf(node.callFrame)]));
  const times = new Map();
  for (const [at, id] of samples.entries())
    times.set(byId.get(id), (times.get(byId.get(id)) ?? 0) + Math.max(0, timeDeltas[at]));
  const busy = [...times].filter(([place]) => !/^\((idle|root)\)/.test(place));
  const total = busy.reduce((sum, [, time]) => sum + time, 0);
  return busy
    .map(([place, time]) => ({ place, percent: Math.round((time / total) * 1000) / 10 }))
    .sort((a, b) => b.percent - a.percent);
}
