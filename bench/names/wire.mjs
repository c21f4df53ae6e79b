// Owns `wire`: the bytes of whole frames, as they come from running servers.
import { Child } from '../child.mjs';
import { HAS_PEERS } from '../systems.mjs';

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
  const rows = async (of, name, body, count = ROWS) =>
    (await frameOf(child, `/?of=bench.${of}&rows=${count}`, name, body)).bytes;
  const buy = `id=${AT}`;
  const counter = await frameOf(child, '/', 'increment', '');
  const result = {
    counter_bytes: counter.bytes,
    row_bytes: await rows('Rows', 'buy', buy),
    row_of_10000_bytes: await rows('Rows', 'buy', buy, 10_000),
    row_string_bytes: await rows('StringRows', 'buy', buy),
    cell_bytes: await rows('CellRows', 'buy', buy),
    append_bytes: await rows('Rows', 'append', ''),
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
  return { ...(await ours()), ...(HAS_PEERS ? await liveviewjs() : {}) };
}
