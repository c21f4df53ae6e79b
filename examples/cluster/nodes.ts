// The nodes, with buttons to end them. One instance for all pages of a node.
import { type Backplane, html, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { type NodeStatus, type Order, orders, roster } from './roster.ts';

/** What the supervisor said last. */
let known: readonly NodeStatus[] = [];

/** Keeps what the supervisor says, so that the first page shows it at once. */
export function followRoster(backplane: Backplane): void {
  backplane.listen(roster.name, (nodes) => {
    known = nodes as readonly NodeStatus[];
  });
}

const byPid = z.object({ pid: z.coerce.number().int() });

export class Nodes extends LiveComponent {
  static component = 'cluster.Nodes';
  static scope = 'app';
  static events = { kill: byPid, drain: byPid };

  nodes = known;

  mount() {
    this.subscribe(roster, (nodes) => {
      this.nodes = nodes;
    });
  }

  kill({ pid }: Params<typeof Nodes, 'kill'>) {
    this.order({ pid, signal: 'SIGKILL' });
  }

  drain({ pid }: Params<typeof Nodes, 'drain'>) {
    this.order({ pid, signal: 'SIGTERM' });
  }

  /** Any node may be asked: the order goes by topic to the supervisor, who holds the processes. */
  order(order: Order) {
    this.publish(orders, order);
  }

  render() {
    return html`<ul class="list nodes">${this.nodes.map(renderNode)}</ul>`;
  }
}

function renderNode({ name, pid, state, streams }: NodeStatus) {
  const isBusy = state !== 'up';
  return html`
    <li id="node-${name}" class="${state}">
      <span class="wide"><b>Node ${name}</b> <small>process ${pid}, ${streams === 1 ? '1 stream' : `${streams} streams`}</small></span>
      <i>${state}</i>
      <button lv-event="kill" name="pid" value="${pid}" disabled="${isBusy}" class="quiet">kill -9</button>
      <button lv-event="drain" name="pid" value="${pid}" disabled="${isBusy}" class="quiet">Drain, restart</button>
    </li>`;
}
