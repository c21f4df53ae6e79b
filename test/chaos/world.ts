// A browser's world for the extension's own code, without a browser: jsdom, with fetch and EventSource of Node behind it.
import { EventSource } from 'eventsource';
import { JSDOM } from 'jsdom';

/** Not that of a world that was made before. */
const nodeFetch = globalThis.fetch;

/** Makes the globals that the extension reads. Relative addresses go to `origin`, with `cookie`. */
export function makeWorld(origin: string, cookie: string): void {
  const { window } = new JSDOM('<!doctype html><body></body>', { url: `${origin}/` });
  const names = [
    'document',
    'DOMParser',
    'Element',
    'HTMLElement',
    'HTMLInputElement',
    'HTMLTextAreaElement',
    'HTMLSelectElement',
    'HTMLOptionElement',
    'HTMLFormElement',
    'HTMLTemplateElement',
    'Text',
    'Node',
    'CustomEvent',
    'location',
    'history',
  ];
  for (const name of names)
    Object.defineProperty(globalThis, name, {
      value: window[name as keyof typeof window],
      configurable: true,
      writable: true,
    });
  const absolute = (url: string | URL) => String(new URL(String(url), origin));
  class CookieSource extends EventSource {
    constructor(url: string | URL) {
      super(absolute(url), { fetch: (to, init) => nodeFetch(to, { ...init, headers: { ...init?.headers, cookie } }) });
    }
  }
  const globals = {
    CSS: { escape: (text: string) => text.replace(/["\\]/g, '\\$&') },
    EventSource: CookieSource,
    fetch: (url: string, init: RequestInit = {}) =>
      nodeFetch(absolute(url), { ...init, keepalive: false, headers: { ...(init.headers as object), cookie } }),
  };
  Object.assign(globalThis, globals);
}
