// Owns `size`: what a browser has to load, as a minified file, and compressed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundle, PHOENIX } from '../bundle.mjs';
import { HAS_PEERS } from '../systems.mjs';

const { resolve } = createRequire(import.meta.url);
const file = (path) => readFileSync(new URL(`../../dist/${path}`, import.meta.url));
const gzip = (text) => gzipSync(text, { level: 9 }).length;

async function peers() {
  const phoenix = await bundle(PHOENIX);
  const small = async (name, source) => {
    const text = await bundle(source);
    return { [`${name}_min`]: text.length, [`${name}_gzip`]: gzip(text) };
  };
  return {
    liveviewjs_min: phoenix.length,
    liveviewjs_gzip: gzip(phoenix),
    ...(await small('htmx_ws', readFileSync(resolve('htmx-ext-ws'), 'utf8'))),
    ...(await small('htmx_sse', readFileSync(resolve('htmx-ext-sse'), 'utf8'))),
  };
}

/** What files come to, each compressed by itself. */
function sum(name, ...files) {
  const of = (measure) => files.reduce((total, it) => total + measure(it), 0);
  return {
    [`${name}_min`]: of((it) => it.length),
    [`${name}_gzip`]: of((it) => gzip(it)),
    [`${name}_brotli`]: of((it) => brotliCompressSync(it).length),
  };
}

export async function size() {
  const ext = file('liveview.min.js');
  return {
    ...sum('ext', ext),
    // the worker loads the same two files, which a browser keeps
    ...sum('ext_tabs', ext, file('hub.js')),
    ...sum('ext_insecure', ext, file('liveview-sha.js')),
    htmx_gzip: gzip(readFileSync(resolve('htmx.org/dist/htmx.min.js'))),
    ...(HAS_PEERS ? await peers() : {}),
  };
}
