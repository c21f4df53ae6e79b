// What the supervisor and the nodes tell each other, by topics on Redis.
import { topic } from 'htmx-liveview';

export const NAMES = ['A', 'B', 'C'] as const;

/** A node, as the supervisor sees it. */
export interface NodeStatus {
  readonly name: string;
  readonly pid: number;
  readonly state: 'starting' | 'up' | 'draining' | 'down';
  /** How many pages have their stream there. */
  readonly streams: number;
}

/** An order to the supervisor. It names the process, not the node: an order that comes twice does not hit who came after. */
export interface Order {
  readonly pid: number;
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

export const roster = topic<readonly NodeStatus[]>('roster');
export const orders = topic<Order>('orders');
