// Adapts htmx 2: it lets htmx compose a request, and takes it over where it would be sent.

import { encode } from './body.ts';
import { type Deliver, EVENT, type Host, type Trigger } from './host.ts';
import type { Api2, Htmx, SendDetail } from './htmx.ts';
import type { Ending } from './send.ts';

/** Registers the extension with htmx 2. */
export function extend2(htmx: Htmx, action: () => string, trigger: Trigger, deliver: Deliver): Host {
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
        body: encode(withPrompt(body, headers)),
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

/** What was typed at hx-prompt is a field too: a header is not part of what handlers get. */
function withPrompt(body: unknown, headers: Record<string, string>): unknown {
  const answer = headers['HX-Prompt'];
  if (answer === undefined) return body;
  if (body instanceof FormData) body.set('hx-prompt', answer);
  return body instanceof FormData
    ? body
    : new URLSearchParams([...new URLSearchParams(String(body ?? '')), ['hx-prompt', answer]]);
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
      ? { aborted: 'abort', superseded: 'abort', timeout: 'timeout', gone: 'error', reset: 'error', full: 'error' }[
          how.lost
        ]
      : '';
  xhr.dispatchEvent(new ProgressEvent(lost || 'load'));
  xhr.dispatchEvent(new ProgressEvent('loadend'));
}
