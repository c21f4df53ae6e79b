// Owns `compression`: what the option costs and saves, for each frame and each stream, beside an encoder of zlib's own for each stream.
import { setTimeout as wait } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { constants, createGzip } from 'node:zlib';
import { encodeFrame, numberFrame } from '../../dist/protocol/frame.js';
import { Gzip } from '../../dist/server/gzip.js';
import { counterHtml } from '../components.mjs';
import { makeRows, table } from '../fixture.mjs';
import { round } from '../rounds.mjs';

const id = 'nY2xk9ZrQnSPv3aWm8tLzw';
const update = (n, change) =>
  numberFrame(n, encodeFrame('update', JSON.stringify({ id, from: n, version: n + 1, ...change })));
const rowsOf = (n) => makeRows(1000).map((row) => ({ ...row, n }));
const row = (n, at) => String(table(rowsOf(n).slice(at, at + 1))).replace(/^.*?(<tr.*<\/tr>).*$/s, '$1');

/** The nth frame of each kind. */
const KINDS = {
  counter: (n) => update(n, { html: String(counterHtml(n)) }),
  row: (n) => update(n, { patch: [['r', `r-${n % 1000}`, row(n, n % 1000)]] }),
  rows_40: (n) => update(n, { html: String(table(rowsOf(n).slice(0, 40))) }),
  beat: (n) => encodeFrame('beat', JSON.stringify({ time: 1_800_000_000_000 + n * 15_000 })),
};

function ours() {
  const gzip = new Gzip();
  return (text) => gzip.write(text).length;
}

/** zlib's smallest window that serves: its chunks would take 16 KB more. */
function zlibs() {
  const gzip = createGzip({ windowBits: 12, memLevel: 5, chunkSize: 1024 });
  let length = 0;
  gzip.on('data', (data) => {
    length += data.length;
  });
  return async (text) => {
    const before = length;
    gzip.write(text);
    await new Promise((done) => gzip.flush(constants.Z_SYNC_FLUSH, done));
    return length - before;
  };
}

/** Bytes of a frame, and microseconds of CPU for it. */
async function measure(make, kind, frames) {
  const texts = Array.from({ length: frames }, (_, n) => KINDS[kind](n));
  const write = make();
  for (const text of texts.slice(0, frames / 2)) await write(text);
  let bytes = 0;
  const before = process.cpuUsage();
  for (const text of texts.slice(frames / 2)) bytes += await write(text);
  const { user, system } = process.cpuUsage(before);
  return { bytes: round(bytes / (frames / 2)), us: round((user + system) / (frames / 2)) };
}

v8.setFlagsFromString('--expose_gc');
const gc = vm.runInNewContext('gc');

/** Ours is on the heap; zlib's is beside it, where only RSS sees it. */
const onHeap = ({ heapUsed, external }) => heapUsed + external;
const inAll = ({ rss }) => rss;

/** KB of memory for each stream that has sent some frames. */
async function memoryOf(make, streams, field) {
  const held = async () => {
    for (let pass = 0; pass < 3; pass++) {
      gc();
      await wait(50);
    }
    return field(process.memoryUsage());
  };
  const before = await held();
  const writers = Array.from({ length: streams }, make);
  for (let n = 0; n < 12; n++) for (const write of writers) await write(KINDS.counter(n));
  const more = (await held()) - before;
  return round(more / writers.length / 1024, 1);
}

export async function compression({ quick }) {
  const frames = quick ? 400 : 4_000;
  const result = { plain_bytes: {}, bytes: {}, us: {}, zlib_bytes: {}, zlib_us: {} };
  for (const kind of Object.keys(KINDS)) {
    const [own, other] = [await measure(ours, kind, frames), await measure(zlibs, kind, frames)];
    result.plain_bytes[kind] = Buffer.byteLength(KINDS[kind](frames - 1));
    Object.assign(result.bytes, { [kind]: own.bytes });
    Object.assign(result.us, { [kind]: own.us });
    Object.assign(result.zlib_bytes, { [kind]: other.bytes });
    Object.assign(result.zlib_us, { [kind]: other.us });
  }
  return {
    ...result,
    stream_kb: await memoryOf(ours, 5_000, onHeap),
    zlib_stream_kb: await memoryOf(zlibs, 500, inAll),
  };
}
