// The part of htmx 2 and 4 that this extension touches, as types.

import type { Texts } from './notice.ts';

/** A request as htmx 2 reports it in `htmx:beforeSend`. */
export interface SendDetail {
  readonly xhr: XMLHttpRequest;
  readonly requestConfig: {
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly triggeringEvent?: Event;
    readonly elt: Element;
  };
}

/** htmx 2's internal API, as an extension's `init` gets it. */
export interface Api2 {
  getTriggerSpecs(element: Element): { queue?: string }[];
  addTriggerHandler(
    element: Element,
    spec: unknown,
    data: object,
    handler: (element: Element, event?: Event) => void,
  ): void;
  getInternalData(target: object): { liveview?: boolean; xhr?: unknown; triggerSpec?: { queue?: string } };
  getClosestAttributeValue(element: Element, name: string): string | null;
}

/** A request of htmx 4. */
export interface Context4 {
  readonly sourceElement: Element;
  readonly sourceEvent: Event;
  readonly request: {
    readonly action: string;
    readonly headers: Record<string, string>;
    readonly body: URLSearchParams | FormData | null;
    readonly signal: AbortSignal;
    /** What the page's author asked for. */
    readonly timeout?: unknown;
  };
  readonly requestTimeout?: ReturnType<typeof setTimeout>;
  /** They are enabled again when the request has ended. */
  readonly disabledElements: Element[];
  fetch?: (url: string, request: unknown) => Promise<Response>;
}

/** htmx 4's internal API. */
export interface Api4 {
  attributeValue(element: Element, name: string): string | undefined;
  onTrigger(element: Element, spec: string, handler: (event: Event) => void): void;
  htmxProp(element: Element): { liveview?: boolean };
  insertContent(task: object): void;
}

/** What `htmx.ajax` takes along. */
export interface AjaxOptions {
  readonly source: Element;
  readonly event?: Event | undefined;
  readonly target: Element;
  readonly swap: 'none';
  readonly push?: 'false';
  readonly values?: Record<string, string>;
}

/** What a page may set: `<meta name="htmx-config" content='{"liveview": {"queue": 20}}'>`. */
export interface LiveConfig {
  /** How many events may wait at one component. Default 1000. */
  readonly queue?: number;
  /** Whether many tabs share one stream. Default true. */
  readonly tabs?: boolean;
  /** What the note says while the connection is broken, and after many failures; false for none. */
  readonly notice?: Texts;
}

/** The htmx global, 2 or 4. */
export interface Htmx {
  readonly config?: { readonly liveview?: LiveConfig };
  /** In 4 it takes htmx's extended selectors. */
  findAll(element: Element, selector: string): Iterable<Element>;
  ajax(verb: string, path: string, options: AjaxOptions): Promise<unknown>;
  /** `force`, in 4, wires an element anew. */
  process(element: Element, force?: boolean): void;
  /** Only in 2. */
  defineExtension?: (name: string, extension: object) => void;
  swap(target: Element, content: string, spec: object): void;
  /** Only in 4. */
  registerExtension?: (name: string, extension: object) => unknown;
}
