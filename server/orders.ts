// Owns the orders that a component gives to browsers: it checks them and collects them until an update takes them along.

import type { Order } from '../protocol/patch.ts';
import type { Browser } from './component.ts';
import { LiveError } from './errors.ts';
import { unwrap } from './watch.ts';

/** Whom a collector of orders tells. */
export interface OrderOwner {
  /** An order was given: an update is to take it along. */
  ordered(): void;
  /** The page's address was changed by `pushUrl` or `replaceUrl`. */
  pushed(url: string): void;
}

/** A Browser that keeps its orders until they are taken. */
export class Orders implements Browser {
  readonly #owner: OrderOwner;
  #given: Order[] | undefined;

  constructor(owner: OrderOwner) {
    this.#owner = owner;
  }

  push(name: string, detail: unknown = null): void {
    this.#give(['push', String(name), checkDetail(name, detail)]);
  }

  redirect(url: string, { external = false }: { external?: boolean } = {}): void {
    this.#give(['redirect', external ? checkExternal(url) : checkPath(url, 'redirect')]);
  }

  title(text: string): void {
    this.#give(['title', String(text)]);
  }

  pushUrl(url: string): void {
    this.#give(['url', checkPath(url, 'pushUrl')]);
    this.#owner.pushed(url);
  }

  replaceUrl(url: string): void {
    this.#give(['url', checkPath(url, 'replaceUrl'), 'replace']);
    this.#owner.pushed(url);
  }

  /** Whether there are orders to take. */
  get isEmpty(): boolean {
    return this.#given === undefined;
  }

  /** Gives all orders since the last call, in order. */
  take(): Order[] {
    const given = this.#given ?? [];
    this.#given = undefined;
    return given;
  }

  #give(order: Order): void {
    this.#given ??= [];
    this.#given.push(order);
    this.#owner.ordered();
  }
}

/** What goes over the wire is JSON; the fault belongs to the handler that gave the order. */
function checkDetail(name: string, detail: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(unwrap(detail)) ?? 'null');
  } catch (cause) {
    throw new LiveError(
      'ERR_LIVE_ORDER',
      `push(${JSON.stringify(name)}): the detail must be JSON: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/** A path of this site: it starts with one slash, or is only a query or fragment. Browsers read `/\host` as `//host`. */
function checkPath(url: string, method: string): string {
  if (/^(?:\/(?![/\\])|[?#])/.test(url) && !/[\u0000-\u001f]/.test(url)) return url;
  throw refusedUrl(`${method}(): expected a path of this site, such as /orders/7`, url);
}

function checkExternal(url: string): string {
  if (/^https?:\/\/[^/\\]/i.test(url)) return url;
  throw refusedUrl('redirect(): expected an http or https address', url);
}

function refusedUrl(expected: string, url: string): LiveError {
  return new LiveError('ERR_LIVE_REDIRECT', `${expected}, got ${JSON.stringify(String(url).slice(0, 60))}.`);
}
