// Owns the list of clients: `clients[name](port, options)` opens a viewer.
import { OursViewer } from './ours.mjs';
import { peers } from './peers.mjs';

export const clients = { ours: OursViewer.open, ...peers };

/** Opens many viewers, a few at a time. */
export async function openMany(open, count, atOnce = 32) {
  const viewers = [];
  let started = 0;
  const work = async () => {
    while (started++ < count) viewers.push(await open());
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
  return viewers;
}
