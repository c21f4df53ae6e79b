// Owns the orders that a component gives to browsers: it checks them and collects them until an update takes them along.

import type { Order } from '../protocol/patch.ts';
import type { Browser } from './component.ts';
import { LiveError } from './errors.ts';

/** A Browser that keeps its orders until they are taken. */
export interface OrderBook extends Browser {
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
    push: (name, detail = null) => give(['push', name, detail]),
    redirect: (url, { external = false } = {}) =>
      give(['redirect', external ? checkExternal(url) : checkPath(url, 'redirect')]),
    title: (text) => give(['title', String(text)]),
    pushUrl(url) {
      give(['url', checkPath(url, 'pushUrl')]);
      onUrl(url);
    },
    take() {
      const taken = orders;
      orders = [];
      return taken;
    },
  };
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
