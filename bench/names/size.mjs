// Owns `size`: what a browser has to load, as a minified file, and compressed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundle, PHOENIX } from '../bundle.mjs';
import { HAS_PEERS } from '../systems.mjs';

const { resolve } = createRequire(import.meta.url);
const file = (path) => readFileSync(new URL(`../../dist/${path}`, import.meta.url));
const gzip = (...parts) => gzipSync(Buffer.concat(parts), { level: 9 }).length;

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

export async function size() {
  const ext = file('liveview.min.js');
  const hub = file('hub.js');
  return {
    ext_min: ext.length,
    ext_gzip: gzip(ext),
    ext_brotli: brotliCompressSync(ext).length,
    ext_tabs_min: ext.length + hub.length,
    ext_tabs_gzip: gzip(ext) + gzip(hub),
    ext_tabs_brotli: brotliCompressSync(ext).length + brotliCompressSync(hub).length,
    htmx_gzip: gzip(readFileSync(resolve('htmx.org/dist/htmx.min.js'))),
    ...(HAS_PEERS ? await peers() : {}),
  };
}
