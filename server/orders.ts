// Owns the orders that a component gives to browsers: it checks them and collects them until an update takes them along.

import type { Order } from '../protocol/patch.ts';
import type { Browser } from './component.ts';
import { LiveError } from './errors.ts';
import { unwrap } from './watch.ts';

/** A Browser that keeps its orders until they are taken. */
export interface OrderBook extends Browser {
  /** Whether there are orders to take. */
  readonly isEmpty: boolean;
  /** Gives all orders since the last call, in order. */
  take(): Order[];
}

/**
 * Makes a collector of orders.
 * @param onOrder is called after each order, so that an update goes out.
 * @param onUrl is called with the address of a `pushUrl`.
 */
export function createOrders(onOrder: () => void, onUrl: (url: string) => void): OrderBook {
  let orders: Order[] = [];
  const give = (order: Order) => {
    orders.push(order);
    onOrder();
  };
  return {
    push: (name, detail = null) => give(['push', String(name), checkDetail(name, detail)]),
    redirect: (url, { external = false } = {}) =>
      give(['redirect', external ? checkExternal(url) : checkPath(url, 'redirect')]),
    title: (text) => give(['title', String(text)]),
    pushUrl(url) {
      give(['url', checkPath(url, 'pushUrl')]);
      onUrl(url);
    },
    get isEmpty() {
      return orders.length === 0;
    },
    take() {
      const taken = orders;
      orders = [];
      return taken;
    },
  };
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
