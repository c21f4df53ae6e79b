// Adapts htmx 2: it lets htmx compose a request, and takes it over where it would be sent.

import type { Wiring } from './apply.ts';
import { encode } from './body.ts';
import { type Deliver, EVENT, statusOf, type Trigger } from './host.ts';
import type { Api2, Htmx, SendDetail } from './htmx.ts';
import type { LostReason } from './public.ts';
import type { Ending } from './send.ts';

/** What an XMLHttpRequest says of an event that was lost; of others, that there was an error. */
const LOST: Partial<Record<LostReason, string>> = { aborted: 'abort', superseded: 'abort', timeout: 'timeout' };

/** Registers the extension with htmx 2. */
export function extend2(htmx: Htmx, action: () => string, trigger: Trigger, deliver: Deliver): Wiring {
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
      const onProgress = (loaded: number, total: number) =>
        xhr.upload.dispatchEvent(new ProgressEvent('progress', { lengthComputable: true, loaded, total }));
      const { ending, cancel } = deliver({
        element,
        event,
        headers,
        body: encode(withPrompt(body, headers), event),
        onProgress,
      });
      const timer = xhr.timeout > 0 ? setTimeout(() => cancel('timeout'), xhr.timeout) : undefined;
      xhr.abort = () => cancel('aborted');
      const abort = () => xhr.abort();
      element.addEventListener('htmx:abort', abort);
      xhr.dispatchEvent(new ProgressEvent('loadstart'));
      void ending.then((how) => {
        clearTimeout(timer);
        element.removeEventListener('htmx:abort', abort);
        finish(xhr, how);
      });
    };
  }

  htmx.defineExtension?.('liveview', {
    init: (given: Api2) => {
      api = given;
    },
    getSelectors: () => EVENT.split(','),
    onEvent(name: string, event: CustomEvent) {
      if (name === 'htmx:beforeProcessNode' && event.target instanceof Element) wire(event.target);
      if (name === 'htmx:beforeSend') takeOver(event.detail as SendDetail);
      return true;
    },
  });
  return {
    added: (element) => htmx.process(element),
    changed: (element) => htmx.process(element),
    removed: (element) => htmx.swap(element, '', { swapStyle: 'delete', swapDelay: 0, settleDelay: 0 }),
  };
}

/** What was typed at hx-prompt is a field too: a header is not part of what handlers get. */
function withPrompt(body: unknown, headers: Record<string, string>): unknown {
  const answer = headers['HX-Prompt'];
  if (answer === undefined) return body;
  const form = body instanceof FormData ? body : new URLSearchParams(String(body ?? ''));
  form.append('hx-prompt', answer);
  return form;
}

/** Makes an XMLHttpRequest that was never sent look like one that has ended. */
function finish(xhr: XMLHttpRequest, how: Ending): void {
  const facts = { status: statusOf(how), readyState: 4, response: '', responseText: '', responseURL: '' };
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(xhr, name, { value, configurable: true });
  xhr.getResponseHeader = () => null;
  xhr.getAllResponseHeaders = () => '';
  xhr.dispatchEvent(new ProgressEvent('lost' in how ? (LOST[how.lost] ?? 'error') : 'load'));
  xhr.dispatchEvent(new ProgressEvent('loadend'));
}
