// Owns the closed loop: each viewer sends its next event as soon as it has the effect of the last.

/** Lets the viewers send for `ms`; gives the ms that each event took. */
export async function loop(viewers, ms) {
  const times = [];
  const end = performance.now() + ms;
  const run = async (viewer) => {
    while (performance.now() < end) {
      viewer.prepare();
      const start = performance.now();
      await viewer.fire();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(viewers.map(run));
  return times;
}

/** A loop; gives events a second, and the server's CPU microseconds for each. */
export async function measureLoop(child, viewers, ms) {
  const cpu = await child.cpu();
  const start = performance.now();
  const times = await loop(viewers, ms);
  const seconds = (performance.now() - start) / 1000;
  const used = (await child.cpu()) - cpu;
  return { times, events: times.length / seconds, server_us: used / times.length };
}
