// The extension. The only file that touches the htmx global, of version 2 or 4: it lets htmx decide when an lv-event fires and
// what it sends, takes the finished request over, and tells htmx how it ended.

import { ATTRIBUTES, NAVIGATE } from '../protocol/names.ts';
import { encode } from './body.ts';
import { attributeOf, having, randomId } from './dom.ts';
import { holdControls, keepControls, watchControls } from './forms.ts';
import { type Delivery, isInScope, type Request, ROOT } from './host.ts';
import type { Htmx } from './htmx.ts';
import { extend2 } from './htmx2.ts';
import { extend4 } from './htmx4.ts';
import { mourn } from './mourn.ts';
import { createNotice } from './notice.ts';
import { createPage, type Entry, type Page } from './page.ts';
import { SHARED_PART } from './parts.ts';
import { createSender, MOST_WAITING, type Sender } from './send.ts';
import { createTabs, SHARED_CODE, type SharedPart, type Tabs } from './tabs.ts';
import { createToolbox } from './toolbox.ts';

/** What the note says, unless the page says otherwise. */
const NOTICE = ['Reconnecting…', 'No connection. Trying again…', 'This page is no longer live. Reload'] as const;

/** Known only while this file runs. */
const script = globalThis.document?.currentScript as HTMLScriptElement | null;

/** The path under which the router is mounted: `lv-url`, or where this script comes from. */
function basePath(): string {
  const named = document.querySelector(having('lv-url'));
  const path = named && attributeOf(named, 'lv-url');
  if (path) return new URL(`${path.replace(/\/$/, '')}/`, location.href).pathname;
  const source = script?.src ?? document.querySelector<HTMLScriptElement>('script[src*="/liveview."]')?.src;
  return source ? new URL('.', source).pathname : '/live/';
}

function start(htmx: Htmx): void {
  let base: string | undefined;
  const getBase = () => (base ??= basePath());
  const action = () => `${getBase()}event`;
  const is4 = Boolean(htmx.registerExtension);

  const toolbox = createToolbox(getBase);
  const viewer = randomId();
  const tabs = createTabs(
    getBase,
    viewer,
    () => htmx.config?.liveview?.tabs !== false,
    (toNothing) => (toNothing ? page.connection.close() : page.connection.swap()),
  );
  const notice = createNotice(() => htmx.config?.liveview?.notice ?? NOTICE);
  const page: Page = createPage(
    getBase,
    (is4 ? extend4 : extend2)(htmx, action, trigger, deliver),
    {
      changed(entry) {
        sender.entryChanged(entry);
        notice.draw();
      },
      gone(entry, reason) {
        mourn(entry.root, reason);
        notice.gone(entry.root, reason);
      },
      unsent: (entry) => sender.unsent(entry),
      settled: (entry, settlement) => sender.settled(entry, settlement),
      resumed: (entry, taken) => sender.resumed(entry, taken),
      reset: (entry, show) => recover(entry, show, sender),
      connection: notice.connection,
      fault: toolbox.fault,
    },
    viewer,
    tabs,
  );
  const sender = createSender(page, () => htmx.config?.liveview?.queue ?? MOST_WAITING);

  /** The component of an element; an event may come before the page was searched, as `load` does. */
  function entryOf(element: Element): Entry | undefined {
    const root = element.closest(ROOT);
    if (root && !page.entries.has(root) && document.readyState !== 'loading' && isInScope(root)) page.add(root);
    return page.entryOf(element);
  }

  /** Starts htmx's own request for an element's event; it comes back to {@link deliver}. */
  function trigger(element: Element, event: Event | undefined): void {
    if (!nameOf(element) || isSuperseded(element, event)) return;
    warnOfFiles(element);
    if (!entryOf(element)) return console.warn('htmx-liveview: lv-event outside of a live component', element);
    const options = {
      source: element,
      event,
      target: element,
      swap: 'none',
      push: 'false',
      values: { ...buttonValue(element, event, is4), ...detailValues(event) },
    } as const;
    htmx.ajax('POST', action(), options)?.catch?.(() => {});
  }

  /** Takes over a request that htmx has composed. */
  function deliver({ element, event, headers, body, onProgress }: Request): Delivery {
    const entry = entryOf(element);
    if (!entry) return { ending: Promise.resolve({ lost: 'gone' }), cancel() {} };
    const isSubmit = event?.type === 'submit';
    const { ending, cancel } = sender.send({
      entry,
      name: nameOf(element),
      field: fieldOf(element, event),
      body,
      headers: custom(headers),
      onProgress,
      form: element.closest('form'),
      isSubmit,
    });
    const settle = holdControls(element, event?.target, isSubmit && element instanceof HTMLFormElement);
    return {
      ending: ending.then((how) => {
        settle('status' in how && how.status < 300);
        // nobody on the page has to do with it any more
        return entry.root.isConnected ? how : { status: 200 };
      }),
      cancel,
    };
  }

  /** Tools that were left on shall see the beginning, too. */
  function begin(): void {
    const opening = toolbox.reopen();
    if (opening) void opening.then(() => watchRoots(page));
    else watchRoots(page);
  }

  watchControls();
  // not while the page is still being parsed: half a component would be taken for the whole
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
  watchPage(page, sender, tabs);
}

// --- Events --------------------------------------------------------------------------------------------------------

/** When a form was submitted last, in the time of its event. */
const submitted = new WeakMap<Element, number>();

/** A submit cancels what its form's fields still had to send, such as a delayed check. */
function isSuperseded(element: Element, event: Event | undefined): boolean {
  if (!event) return false;
  if (event.type === 'submit') submitted.set(element, event.timeStamp);
  const form = element.closest('form');
  return form !== null && form !== element && event.timeStamp < (submitted.get(form) ?? 0);
}

/** A form with a file that is not sent as multipart sends the file's name alone, as everywhere; that is hardly ever meant. */
function warnOfFiles(element: Element): void {
  const form = element.closest('form');
  const hasFiles = [...(form?.elements ?? [])].some((it) => (it as HTMLInputElement).files?.length);
  if (!form || !hasFiles || form.enctype === 'multipart/form-data') return;
  if (element.closest('[hx-encoding],[data-hx-encoding],[hx-encoding\\:inherited]')) return;
  console.warn('htmx-liveview: a file is not sent without hx-encoding="multipart/form-data"', element);
}

/** A button's value that htmx leaves out: 4 in a form unless the button submits it, 2 where it stands outside of the form that it submits. */
function buttonValue(element: Element, event: Event | undefined, is4: boolean): Record<string, string> {
  const submitter = (event as SubmitEvent | undefined)?.submitter ?? null;
  const isSent = is4 ? event?.type === 'submit' : element.contains(submitter);
  const button = is4 ? element : submitter;
  return !isSent && button instanceof HTMLButtonElement && button.name ? { [button.name]: button.value } : {};
}

/** A CustomEvent's primitive details are fields, so that drag and drop needs no script of its own. */
function detailValues(event: Event | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  if (!(event instanceof CustomEvent) || typeof event.detail !== 'object') return values;
  for (const [name, value] of Object.entries(event.detail ?? {}))
    if (/^(?:string|number|boolean)$/.test(typeof value)) values[name] = String(value);
  return values;
}

/** After the server has lost its state: forms that ask for it keep their values, and offer them back with an event. */
function recover(entry: Entry, show: () => void, sender: Sender): void {
  const forms = [...entry.root.querySelectorAll(having('lv-recover'))].filter((it) => it instanceof HTMLFormElement);
  const kept = forms.map((form) => [form, keepControls(form)] as const);
  show();
  for (const [form, restore] of kept) {
    if (!form.isConnected) continue;
    restore();
    sender.send({ entry, name: attributeOf(form, 'lv-recover'), body: encode(new FormData(form)) });
  }
}

function fieldOf(element: Element, event: Event | undefined): string | undefined {
  const fired = [(event as SubmitEvent | undefined)?.submitter, event?.target, element];
  const names = fired.map((it) => it instanceof Element && it.getAttribute('name'));
  return names.find(Boolean) || undefined;
}

function nameOf(element: Element): string {
  return attributeOf(element, 'lv-event');
}

/**
 * Headers that the page's author added, and htmx's own; not those that say what kind of body this is. What a header can't
 * hold is encoded as htmx does it.
 */
function custom(headers: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (/^(?:accept|content-type)$/i.test(name)) continue;
    const isPlain = /^[\x20-\x7e]*$/.test(value);
    kept[name] = isPlain ? value : encodeURIComponent(value);
    if (!isPlain) kept[`${name}-URI-AutoEncoded`] = 'true';
  }
  return kept;
}

// --- The page ------------------------------------------------------------------------------------------------------

/** Finds components that come and go, whoever puts them there. */
function watchRoots(page: Page): void {
  let hasWarned = false;
  const find = (within: Document | Element) => {
    for (const root of [within, ...within.querySelectorAll(ROOT)]) {
      if (!(root instanceof Element) || !root.matches(ROOT)) continue;
      // htmx 2 still shifts attributes about in what it has just put in
      if (isInScope(root)) root.closest('.htmx-added') || page.add(root);
      else if (!hasWarned) hasWarned = warnOfScope(root);
    }
  };
  const observer = new MutationObserver((records) => {
    if (records.some((record) => record.removedNodes.length > 0)) page.sweep();
    for (const record of records)
      for (const node of record.addedNodes) if (node instanceof Element && node.isConnected) find(node);
  });
  document.addEventListener('htmx:afterSettle', () => find(document));
  observer.observe(document.documentElement, { childList: true, subtree: true });
  find(document);
}

/** A page may leave components out on purpose; one that never names the extension has forgotten to, or misspelt it. Gives whether it warned. */
function warnOfScope(root: Element): boolean {
  if (document.querySelector('[hx-ext*=liveview],[data-hx-ext*=liveview]')) return false;
  const name = root.getAttribute(ATTRIBUTES.component);
  console.error(
    `htmx-liveview: ${name} is not inside of hx-ext="liveview", so it stays static. Write <body hx-ext="liveview">.`,
  );
  return true;
}

function watchPage(page: Page, sender: Sender, tabs: Tabs): void {
  addEventListener('pagehide', (event) => {
    if (!event.persisted) page.goodbye();
    page.connection.close();
    tabs.pause();
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted && page.entries.size > 0) page.connection.open();
  });
  addEventListener('online', () => page.connection.check());
  document.addEventListener('visibilitychange', () => document.hidden || page.connection.check());
  addEventListener('popstate', () => {
    for (const entry of page.entries.values()) {
      const body = String(new URLSearchParams({ url: location.href }));
      if (entry.navigates && !entry.isLeaving) sender.send({ entry, name: NAVIGATE, body });
    }
  });
}

// --- The start -----------------------------------------------------------------------------------------------------

const { htmx, [SHARED_PART]: hub } = globalThis as unknown as { htmx?: Htmx } & Record<string, SharedPart>;
// a worker loads this file for what both of them need; in a page htmx must be here already: its extensions are registered before it looks at the page
if (!globalThis.document) hub?.(SHARED_CODE);
else if (htmx) start(htmx);
else console.error('htmx-liveview: htmx is not on this page. Load it before liveview.js.');
