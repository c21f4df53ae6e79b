// Owns the loading of the files that only some pages need, from where the router is. They put what they hold on the global object,
// so that a page and a worker can load them alike.

/** Set when the extension is built: only files of the same build work together, and tabs of another build speak another language. */
declare const LIVEVIEW_BUILD: string;
export const BUILD = typeof LIVEVIEW_BUILD === 'string' ? LIVEVIEW_BUILD : 'source';

/** The names of the parts for many tabs, and for developers. */
export const SHARED_PART = `liveview ${BUILD}`;
export const TOOLS_PART = `${SHARED_PART} tools`;

const loading = new Map<string, Promise<unknown>>();
let tries = 0;

/** Gives what a part holds under `name`, and loads its file where that has not been done. Rejects where it can't be had. */
export async function load<Part>(base: string, file: string, name: string): Promise<Part> {
  const parts = globalThis as unknown as Record<string, Part | undefined>;
  if (!parts[name]) {
    // a browser never asks twice for an address that has failed
    const url = `${location.origin}${base}${file}?${BUILD}${tries++}`;
    if (!loading.has(file)) loading.set(file, import(/* webpackIgnore: true */ /* @vite-ignore */ url));
    await loading.get(file)?.finally(() => loading.delete(file));
  }
  const part = parts[name];
  if (!part) throw new TypeError(); // it is of another build
  return part;
}
