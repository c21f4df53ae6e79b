// The extension. The only file that touches the htmx global, of version 2 or 4: it lets htmx decide when an lv-event fires and
// what it sends, takes the finished request over, and tells htmx how it ended.

import { NAVIGATE } from '../protocol/names.ts';
import { keepControls, settleControls, watchControls } from './forms.ts';
import type { Api2, Api4, Context4, Htmx, SendDetail } from './htmx.ts';
import { type Entry, Page } from './page.ts';
import { type Ending, type LostReason, Sender } from './send.ts';

const EVENT = '[lv-event],[data-lv-event]';
/** What makes an element htmx's own. */
const ACTION = ['get', 'post', 'put', 'patch', 'delete', 'action']
  .map((verb) => `[hx-${verb}],[data-hx-${verb}]`)
  .join();
const ROOT = '[data-id][data-component][data-session]';

/** The path under which the router is mounted: `lv-url`, or where this script comes from. */
const script = document.currentScript as HTMLScriptElement | null;

function basePath(): string {
  const named = document.querySelector('[lv-url],[data-lv-url]');
  const path = named?.getAttribute('lv-url') ?? named?.getAttribute('data-lv-url');
  if (path) return new URL(`${path.replace(/\/$/, '')}/`, location.href).pathname;
  const source = script?.src ?? document.querySelector<HTMLScriptElement>('script[src*="/liveview."]')?.src;
  return source ? new URL('.', source).pathname : '/live/';
}

function isInScope(element: Element): boolean {
  const scope = element.closest('[hx-ext],[data-hx-ext]');
  if (!scope) return false;
  const names = (scope.getAttribute('hx-ext') ?? scope.getAttribute('data-hx-ext') ?? '')
    .split(',')
    .map((name) => name.trim());
  if (names.includes('ignore:liveview')) return false;
  return names.includes('liveview') || (scope.parentElement !== null && isInScope(scope.parentElement));
}

/** An event's request on its way through htmx. */
interface Request {
  readonly element: Element;
  readonly event: Event | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function start(htmx: Htmx): void {
  let base: string | undefined;
  const getBase = () => (base ??= basePath());
  const action = () => `${getBase()}event`;
  let host: Host;

  const page: Page = new Page(
    getBase,
    {
      added: (element) => htmx.process(element),
      changed: (element) => host.rewire(element),
      removed: (element) => host.remove(element),
    },
    {
      changed: (entry) => sender.entryChanged(entry),
      settled: (entry, settlement) => sender.settled(entry, settlement),
      reset: (entry, show) => recover(entry, show, sender),
    },
  );
  const sender = new Sender(page);

  /** The component of an element; an event may come before the page was searched, as `load` does. */
  function entryOf(element: Element): Entry | undefined {
    const root = element.closest(ROOT);
    if (root && !page.entries.has(root) && document.readyState !== 'loading' && isInScope(root)) page.add(root);
    return page.entryOf(element);
  }

  /** Starts htmx's own request for an element's event; it comes back to {@link deliver}. */
  function trigger(element: Element, event: Event | undefined): void {
    if (!nameOf(element) || isSuperseded(element, event)) return;
    if (!entryOf(element)) return console.warn('htmx-liveview: lv-event outside of a live component', element);
    const values = { ...(htmx.registerExtension ? ownValue(element, event) : {}), ...detailValues(event) };
    const options = {
      source: element,
      event,
      target: element,
      swap: 'none',
      push: 'false',
      values,
    } as const;
    htmx.ajax('POST', action(), options)?.catch?.(() => {});
  }

  /** Takes over a request that htmx has composed. */
  function deliver({ element, event, headers, body }: Request) {
    const entry = entryOf(element);
    const name = nameOf(element);
    const isSubmit = event?.type === 'submit';
    const form = element instanceof HTMLFormElement ? element : element.closest('form');
    const born = performance.now();
    if (!entry) return { ending: Promise.resolve<Ending>({ lost: 'gone' }), cancel: () => {} };
    const sent = sender.send({
      entry,
      name,
      field: fieldOf(element, event),
      body,
      headers: custom(headers),
      form,
      isSubmit,
    });
    const ending = sent.ending.then((how) => {
      if ('status' in how && how.status < 300) settleControls(element, isSubmit, born);
      return how;
    });
    return { ending, cancel: sent.cancel };
  }

  host = (htmx.registerExtension ? extend4 : extend2)(htmx, action, trigger, deliver);
  watchControls();
  // not while the page is still being parsed: half a component would be taken for the whole
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => watchRoots(page));
  else watchRoots(page);
  watchPage(page, sender);
}

/** What the two versions of htmx do each in its way. */
interface Host {
  /** Wires an element anew, after its attributes have changed. */
  rewire(element: Element): void;
  /** Removes an element, and what htmx has attached to it. */
  remove(element: Element): void;
}

type Trigger = (element: Element, event: Event | undefined) => void;
type Deliver = (request: Request) => { ending: Promise<Ending>; cancel: (reason: LostReason) => void };

// --- htmx 2 --------------------------------------------------------------------------------------------------------

function extend2(htmx: Htmx, action: () => string, trigger: Trigger, deliver: Deliver): Host {
  let api: Api2;

  /** Before htmx's own listeners: it gives an event to the first listener of an element only. */
  function wire(element: Element): void {
    const data = api.getInternalData(element);
    if (!element.matches(EVENT) || data.liveview) return;
    data.liveview = true;
    for (const spec of api.getTriggerSpecs(element)) {
      api.addTriggerHandler(element, spec, data, (_, event) => {
        if (api.getInternalData(element).liveview) trigger(element, event);
      });
    }
  }

  function takeOver({ xhr, requestConfig }: SendDetail): void {
    const { path, elt: element, triggeringEvent: event, headers } = requestConfig;
    if (path !== action()) return;
    // htmx queues at most one request behind this one; an element that does not ask for that loses no event
    const queue = event && api.getInternalData(event).triggerSpec?.queue;
    if (!queue && !api.getClosestAttributeValue(element, 'hx-sync')) api.getInternalData(element).xhr = null;
    xhr.send = (body) => {
      const { ending, cancel } = deliver({ element, event, headers, body: encode(body) });
      const timer = xhr.timeout > 0 ? setTimeout(() => cancel('timeout'), xhr.timeout) : undefined;
      xhr.abort = () => cancel('aborted');
      xhr.dispatchEvent(new ProgressEvent('loadstart'));
      void ending.then((how) => {
        clearTimeout(timer);
        finish(xhr, how);
      });
    };
  }

  htmx.defineExtension?.('liveview', {
    init: (given: Api2) => {
      api = given;
    },
    getSelectors: () => ['[lv-event]', '[data-lv-event]'],
    onEvent(name: string, event: CustomEvent) {
      if (name === 'htmx:beforeProcessNode' && event.target instanceof Element) wire(event.target);
      if (name === 'htmx:beforeSend') takeOver(event.detail as SendDetail);
      return true;
    },
  });
  return {
    rewire: (element) => htmx.process(element),
    remove: (element) => htmx.swap(element, '', { swapStyle: 'delete', swapDelay: 0, settleDelay: 0 }),
  };
}

/** Makes an XMLHttpRequest that was never sent look like one that has ended. */
function finish(xhr: XMLHttpRequest, how: Ending): void {
  const status = 'status' in how ? (how.status === 200 ? 204 : how.status) : 0;
  const facts = { status, readyState: 4, response: '', responseText: '', responseURL: '' };
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(xhr, name, { value, configurable: true });
  xhr.getResponseHeader = () => null;
  xhr.getAllResponseHeaders = () => '';
  const lost =
    'lost' in how
      ? { aborted: 'abort', superseded: 'abort', timeout: 'timeout', gone: 'error', reset: 'error' }[how.lost]
      : '';
  xhr.dispatchEvent(new ProgressEvent(lost || 'load'));
  xhr.dispatchEvent(new ProgressEvent('loadend'));
}

// --- htmx 4 --------------------------------------------------------------------------------------------------------

function extend4(htmx: Htmx, action: () => string, trigger: Trigger, deliver: Deliver): Host {
  let api: Api4;

  function wire(element: Element): void {
    if (!isInScope(element)) return;
    const data = api.htmxProp(element);
    if (data.liveview) return;
    data.liveview = true;
    api.onTrigger(element, api.attributeValue(element, 'hx-trigger') ?? defaultTrigger(element), (event) =>
      trigger(element, event),
    );
  }

  function takeOver(context: Context4): void {
    const { sourceElement: element, sourceEvent: event, request } = context;
    if (request.action !== action()) return;
    // a queue of its own for each request: htmx holds back all but one, and an element that does not ask for that loses no event
    const { _htmx_state: state } = element as unknown as { _htmx_state?: { rq?: unknown } };
    if (state && !api.attributeValue(element, 'hx-sync')) delete state.rq;
    context.fetch = async () => {
      const { ending, cancel } = deliver({ element, event, headers: request.headers, body: encode(request.body) });
      const abort = () => cancel(request.signal.reason === 'timeout' ? 'timeout' : 'aborted');
      request.signal.addEventListener('abort', abort);
      const how = await ending;
      if ('status' in how) return new Response(null, { status: how.status === 200 ? 204 : how.status });
      throw new DOMException(
        how.lost,
        how.lost === 'aborted' || how.lost === 'superseded' ? 'AbortError' : 'NetworkError',
      );
    };
  }

  htmx.registerExtension?.('liveview', {
    init: (given: Api4) => {
      api = given;
    },
    htmx_after_process(root: Element) {
      if (root.matches(EVENT)) wire(root);
      for (const element of root.querySelectorAll(EVENT)) wire(element);
    },
    htmx_before_request(_: Element, detail: { ctx: Context4 }) {
      takeOver(detail.ctx);
    },
    // there is nothing to swap; and a swap would mark the history entry as htmx's own, to be fetched again on Back
    htmx_before_swap: (_: Element, detail: { ctx: Context4 }) => detail.ctx.request?.action !== action(),
    // hx-boost would take a live form or link for itself
    htmx_before_init: (element: Element) => !element.matches(EVENT) || element.matches(ACTION) || !isInScope(element),
  });
  return {
    rewire: (element) => htmx.process(element, true),
    remove(element) {
      const fragment = document.createDocumentFragment();
      api.insertContent({ target: element, swapSpec: { style: 'delete' }, fragment, sourceElement: element });
    },
  };
}

function defaultTrigger(element: Element): string {
  if (element.matches('form')) return 'submit';
  return element.matches('input:not([type=button]):not([type=submit]),select,textarea') ? 'change' : 'click';
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

/** A button's own value, which htmx 4 leaves out in a form unless it submits it. */
function ownValue(element: Element, event: Event | undefined): Record<string, string> {
  const isOwn = element instanceof HTMLButtonElement && element.name !== '' && event?.type !== 'submit';
  return isOwn ? { [element.name]: element.value } : {};
}

/** A CustomEvent's primitive details are fields, so that drag and drop needs no script of its own. */
function detailValues(event: Event | undefined): Record<string, string> | undefined {
  if (!(event instanceof CustomEvent) || typeof event.detail !== 'object' || event.detail === null) return undefined;
  const plain = Object.entries(event.detail).filter(([, value]) => /^(?:string|number|boolean)$/.test(typeof value));
  return plain.length > 0 ? Object.fromEntries(plain.map(([name, value]) => [name, String(value)])) : undefined;
}

/** After the server has lost its state: forms that ask for it keep their values, and offer them back with an event. */
function recover(entry: Entry, show: () => void, sender: Sender): void {
  const forms = [...entry.root.querySelectorAll<HTMLFormElement>('form[lv-recover],form[data-lv-recover]')];
  const kept = forms.map((form) => [form, keepControls(form)] as const);
  show();
  for (const [form, restore] of kept) {
    if (!form.isConnected) continue;
    restore();
    const name = form.getAttribute('lv-recover') ?? form.getAttribute('data-lv-recover') ?? '';
    sender.send({ entry, name, field: undefined, body: encode(new FormData(form)), headers: {} });
  }
}

/** A form that was composed as multipart has no other entries than an urlencoded one, as long as it has no files. */
function encode(body: unknown): string {
  if (!(body instanceof FormData)) return String(body ?? '');
  const texts = [...body].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return String(new URLSearchParams(texts));
}

function fieldOf(element: Element, event: Event | undefined): string | undefined {
  const fired = [(event as SubmitEvent | undefined)?.submitter, event?.target, element];
  const names = fired.map((it) => (it instanceof Element ? it.getAttribute('name') : null));
  return names.find((name) => name) ?? undefined;
}

function nameOf(element: Element): string {
  return element.getAttribute('lv-event') ?? element.getAttribute('data-lv-event') ?? '';
}

/**
 * Headers that the page's author added, and htmx's own; not those that say what kind of body this is. What a header can't
 * hold is encoded as htmx does it.
 */
function custom(headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^(?:accept|content-type)$/i.test(name));
  return Object.fromEntries(
    kept.flatMap(([name, value]) =>
      /^[\x20-\x7e]*$/.test(value)
        ? [[name, value]]
        : [
            [name, encodeURIComponent(value)],
            [`${name}-URI-AutoEncoded`, 'true'],
          ],
    ),
  );
}

// --- The page ------------------------------------------------------------------------------------------------------

/** Finds components that come and go, whoever puts them there. */
function watchRoots(page: Page): void {
  const find = (within: ParentNode) => {
    const roots = [...within.querySelectorAll(ROOT)];
    if (within instanceof Element && within.matches(ROOT)) roots.unshift(within);
    for (const root of roots) {
      // htmx 2 still shifts attributes about in what it has just put in
      if (isInScope(root) && !root.closest('.htmx-added')) page.add(root);
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

function watchPage(page: Page, sender: Sender): void {
  addEventListener('pagehide', (event) => {
    if (!event.persisted) page.goodbye();
    page.connection.close();
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted && page.entries.size > 0) page.connection.open();
  });
  addEventListener('online', () => page.connection.check());
  document.addEventListener('visibilitychange', () => document.hidden || page.connection.check());
  addEventListener('popstate', () => {
    for (const entry of page.entries.values()) {
      const body = String(new URLSearchParams({ url: location.href }));
      if (entry.navigates) sender.send({ entry, name: NAVIGATE, field: undefined, body, headers: {} });
    }
  });
}

/** htmx must be here already: its extensions are registered before it looks at the page. */
const { htmx } = window as unknown as { htmx?: Htmx };
if (htmx) start(htmx);
else console.error('htmx-liveview: htmx is not on this page. Load it before liveview.js.');
