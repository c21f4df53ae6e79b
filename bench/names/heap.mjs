// Owns `heap`: what a system's server keeps for each idle viewer, by kind of object. `npm run bench -- heap ours`
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';

const VIEWERS = 1_000;
const MOST = 45;

/** Bytes and numbers for each viewer: the difference of two snapshots. */
export async function heap([name = 'ours']) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const child = await Child.start(name);
  const posts = Array.from({ length: 20 }, () => new HttpSocket(child.port));
  let next = 0;
  const open = () => child.open({ posts: posts[next++ % posts.length] });
  const viewers = await openMany(open, 100);
  const before = await kinds(child, join(folder, 'before.heapsnapshot'));
  viewers.push(...(await openMany(open, VIEWERS)));
  const after = await kinds(child, join(folder, 'after.heapsnapshot'));
  for (const it of [...viewers, ...posts]) it.close();
  await child.stop();
  rmSync(folder, { recursive: true });
  const found = difference(before, after);
  console.log(`${name}: ${found.reduce((sum, { bytes }) => sum + bytes, 0)} bytes for each viewer`);
  console.table(found.slice(0, MOST));
  return found.slice(0, MOST);
}

async function kinds(child, file) {
  await child.ask('memory');
  await child.ask('snapshot', file);
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const found = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = kindOf(types[type][nodes[at + type]], strings[nodes[at + name]]);
    const sum = found.get(kind) ?? { count: 0, bytes: 0 };
    sum.count++;
    sum.bytes += nodes[at + size];
    found.set(kind, sum);
  }
  return found;
}

function kindOf(type, name) {
  if (['string', 'concatenated string', 'sliced string'].includes(type)) return `(${type})`;
  return `${type} ${name.slice(0, 60)}`;
}

function difference(before, after) {
  const each = (kind, field) => (after.get(kind)[field] - (before.get(kind)?.[field] ?? 0)) / VIEWERS;
  return [...after.keys()]
    .map((kind) => ({
      kind,
      number: Math.round(each(kind, 'count') * 10) / 10,
      bytes: Math.round(each(kind, 'bytes')),
    }))
    .sort((a, b) => b.bytes - a.bytes);
}
