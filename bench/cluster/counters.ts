// Owns the counters of `cluster`: one whose state stays on its node, and those whose state is kept.
import { html, LiveComponent } from 'htmx-liveview';

/** The counters that are live in this process. */
const here = new Set<Plain>();

export class Plain extends LiveComponent {
  static component = 'bench.Plain';
  static events = { increment: true };
  count = 0;
  mount() {
    if (this.connected) here.add(this);
  }
  resumed() {
    here.add(this);
  }
  unmount() {
    here.delete(this);
  }
  suspended() {
    here.delete(this);
  }
  increment() {
    this.count += 1;
  }
  render() {
    return html`<p>Count: <output>${this.count}</output></p><button lv-event="increment">+1</button>`;
  }
}

export class Sync extends Plain {
  static override component = 'bench.Sync';
  static durable = 'sync';
}

export class Behind extends Plain {
  static override component = 'bench.Behind';
  static durable = true;
}

export const counters = [Plain, Sync, Behind];

/** How far each counter of this process is, by its id. */
export function readCounts(): [id: string, count: number][] {
  return [...here].map(({ id, count }) => [id, count]);
}
