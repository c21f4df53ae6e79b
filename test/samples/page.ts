// Owns the page for samples that are a page's own scripts: jsdom's, with a component in it. htmx and the extension are not there: browsers test them.
import { JSDOM } from 'jsdom';
import { vi } from 'vitest';

const PAGE = `<!doctype html><title>Page</title><body hx-ext="liveview">
  <div data-id="c1" data-component="demo.Counter" data-session=""><form lv-event="save"><input name="text"></form></div>`;

/** Makes `window`, `document` and what else a script finds there. Gives how to leave. */
export function enterPage(): () => void {
  const { window } = new JSDOM(PAGE, { url: 'http://localhost/' });
  window.liveview = { debug() {}, latency() {}, highlight() {} };
  vi.stubGlobal('liveview', window.liveview);
  for (const name of ['document', 'location', 'history', 'CustomEvent'] as const) vi.stubGlobal(name, window[name]);
  vi.stubGlobal('window', window);
  return () => vi.unstubAllGlobals();
}
