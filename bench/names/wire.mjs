// Owns `wire`: the bytes of whole frames, as they come from running servers.
import { Child } from '../child.mjs';

const ROWS = 1000;
const AT = 500;

/** The frame of one event, as it comes by the stream with its `id:`; HTTP's own chunk marks are left out. */
async function frameOf(child, path, name, body) {
  const viewer = await child.open({ path, accept: '' });
  const frames = [];
  for (let event = 0; event < 2; event++) {
    const frame = viewer.stream.until(/id: \d+\nevent: update\ndata: .*\n\n/);
    viewer.prepare(name, body);
    await viewer.posts.send(viewer.next);
    viewer.version++;
    frames.push((await frame)[0].length);
  }
  viewer.close();
  return { bytes: frames[1], subscribe: viewer.subscribeBytes };
}

async function ours() {
  const child = await Child.start('ours');
  const rows = (of, name, body) => frameOf(child, `/?of=bench.${of}&rows=${ROWS}`, name, body);
  const buy = `id=${AT}`;
  const counter = await frameOf(child, '/', 'increment', '');
  const result = {
    counter_bytes: counter.bytes,
    row_bytes: (await rows('Rows', 'buy', buy)).bytes,
    row_string_bytes: (await rows('StringRows', 'buy', buy)).bytes,
    cell_bytes: (await rows('CellRows', 'buy', buy)).bytes,
    append_bytes: (await rows('Rows', 'append', '')).bytes,
    subscribe_unchanged_bytes: counter.subscribe,
  };
  await child.stop();
  return result;
}

async function liveviewjs() {
  const child = await Child.start('liveviewjs');
  const bytesOf = async (options) => {
    const viewer = await child.open(options);
    await viewer.fire();
    await viewer.fire();
    viewer.close();
    return viewer.bytes;
  };
  const rows = { path: `/rows?rows=${ROWS}`, event: 'buy', value: { id: String(AT) } };
  const result = { liveviewjs_counter_bytes: await bytesOf({}), liveviewjs_row_bytes: await bytesOf(rows) };
  await child.stop();
  return result;
}

export async function wire() {
  return { ...(await ours()), ...(await liveviewjs()) };
}
