// What the suite needs of a browser, whichever it is and however it is driven.

/** One page of a visitor who shares nothing with another one. */
export abstract class Tab {
  /** Goes there, and waits until the page has loaded. */
  abstract goto(url: string): Promise<void>;
  /** Goes back by one page, as the user's button does. */
  abstract back(): Promise<void>;
  /** Calls a function in the page. What goes in and comes out is JSON; the function sees nothing else of this file. */
  abstract evaluate<Args extends unknown[], Result>(work: Work<Args, Result>, ...args: Args): Promise<Result>;
  /** Clicks where the element is, as a mouse does. */
  abstract click(selector: string): Promise<void>;
  abstract close(): Promise<void>;

  text(selector: string): Promise<string | null> {
    return this.evaluate((it) => document.querySelector(it)?.textContent ?? null, selector);
  }
}

export type Work<Args extends unknown[], Result> = (...args: Args) => Result | Promise<Result>;

/** A running browser. */
export interface Engine {
  open(): Promise<Tab>;
  stop(): Promise<void>;
}

/** A kind of browser. */
export interface EngineKind {
  readonly name: string;
  /** Programs that must be there. */
  readonly programs: readonly string[];
  /** Whether a page with an open stream is kept as it is when the user leaves it, for Back to show. */
  readonly keepsPages: boolean;
  start(): Promise<Engine>;
}

/** An expression whose value is a promise of the result as JSON. */
export function asExpression(work: (...args: never[]) => unknown, args: readonly unknown[]): string {
  const call = `(async () => (${work})(...${JSON.stringify(args)}))()`;
  return `${call}.then((it) => JSON.stringify(it) ?? 'null')`;
}
