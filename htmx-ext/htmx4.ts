// Adapts htmx 4: it lets htmx compose a request, and takes it over where it would be fetched.

import type { Wiring } from './apply.ts';
import { encode } from './body.ts';
import { dispatch, having } from './dom.ts';
import { ACTION, type Deliver, EVENT, isInScope, statusOf, type Trigger } from './host.ts';
import type { Api4, Context4, Htmx } from './htmx.ts';

/** Registers the extension with htmx 4. */
export function extend4(htmx: Htmx, action: () => string, trigger: Trigger, deliver: Deliver): Wiring {
  let api: Api4;

  function wire(element: Element): void {
    if (!isInScope(element) || element.closest(having('hx-ignore'))) return;
    const data = api.htmxProp(element);
    if (data.liveview) return;
    data.liveview = true;
    api.onTrigger(element, api.attributeValue(element, 'hx-trigger') ?? defaultTrigger(element), (event) =>
      trigger(element, event),
    );
  }

  /** htmx 2's name for hx-disable. htmx itself enables what stands in the list, once as many requests have ended as have begun. */
  function disable(element: Element, disabled: Element[]): void {
    const selector = api.attributeValue(element, 'hx-disabled-elt');
    for (const control of selector ? htmx.findAll(element, selector) : []) {
      const state = stateOf(control);
      state.dc = (state.dc ?? 0) + 1;
      (control as HTMLButtonElement).disabled = true;
      disabled.push(control);
    }
  }

  function takeOver(context: Context4): void {
    const { sourceElement: element, sourceEvent: event, request } = context;
    if (request.action !== action()) return;
    // a queue of its own for each request: htmx holds back all but one, and an element that does not ask for that loses no event
    if (!api.attributeValue(element, 'hx-sync')) delete stateOf(element).rq;
    // how long an event may take is settled between the server and this extension; an upload takes as long as it takes
    if (request.timeout == null) clearTimeout(context.requestTimeout);
    disable(element, context.disabledElements);
    context.fetch = async () => {
      const onProgress = (loaded: number, total: number) =>
        dispatch(element, 'htmx:xhr:progress', { lengthComputable: true, loaded, total });
      const body = encode(request.body, event);
      const { ending, cancel } = deliver({ element, event, headers: request.headers, body, onProgress });
      const abort = () => cancel(request.signal.reason === 'timeout' ? 'timeout' : 'aborted');
      request.signal.addEventListener('abort', abort);
      element.addEventListener('htmx:abort', abort); // htmx would look in the queue that it was taken from
      const how = await ending;
      element.removeEventListener('htmx:abort', abort);
      if ('status' in how) return new Response(null, { status: statusOf(how) });
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
    added: (element) => htmx.process(element),
    changed: (element) => htmx.process(element, true),
    removed(element) {
      const fragment = document.createDocumentFragment();
      api.insertContent({ target: element, swapSpec: { style: 'delete' }, fragment, sourceElement: element });
    },
  };
}

/** What htmx notes of an element: its queue of requests, and how many of them have disabled it. */
function stateOf(element: Element): { rq?: unknown; dc?: number } {
  const noted = element as { _htmx_state?: { rq?: unknown; dc?: number } };
  noted._htmx_state ??= {};
  return noted._htmx_state;
}

function defaultTrigger(element: Element): string {
  if (element.matches('form')) return 'submit';
  return element.matches('input:not([type=button]):not([type=submit]),select,textarea') ? 'change' : 'click';
}
