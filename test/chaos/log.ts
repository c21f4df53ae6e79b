// Owns the component of chaos: its state is the timeline of the events that it has handled. What a node handled that died before the state was kept
// has never been, and is handled again elsewhere.
import { html, LiveComponent } from 'htmx-liveview';
import { trace } from './trace.ts';

/** What is known of one instance at its node. */
export interface LogState {
  readonly id: string;
  readonly name: string;
  /** The numbers of the events that began, and of those that came to their end. */
  readonly begun: readonly number[];
  readonly handled: readonly number[];
  /** What was rendered last. */
  readonly content: string;
}

/** The instances that are live in this process, and what each showed last. */
const here = new Map<Log, string>();
/** Notes the events that it handles, and shows them as a list that grows, shrinks and moves. */
export class Log extends LiveComponent<{ name: string }> {
  static component = 'chaos.Log';
  static events = { add: true };
  begun: number[] = [];
  handled: number[] = [];
  list: number[] = [];
  ticks = 0;

  mount() {
    this.follow('mount');
  }
  resumed() {
    this.follow('resumed');
  }
  unmount() {
    this.leave('unmount');
  }
  suspended() {
    this.leave('suspended');
  }
  async add({ n }: { readonly n?: unknown }) {
    const number = Number(n);
    trace(this.session.name, 'begins', number);
    this.begun.push(number);
    if (number % 7 === 0) await new Promise((resolve) => setTimeout(resolve, number % 3 === 0 ? 1300 : 20));
    this.handled.push(number);
    trace(this.session.name, 'handled', number);
    this.list.push(number);
    if (this.list.length > 12) this.list.splice(number % 12, 1);
    if (number % 5 === 0) this.list.reverse();
  }
  render() {
    const content = html`<p id="t">${this.ticks}</p><ul id="u">${this.list.map((n) => html`<li id="i-${n}">${n}</li>`)}</ul>`;
    if (here.has(this)) here.set(this, String(content));
    return content;
  }

  follow(how: string) {
    if (!this.connected) return;
    trace(this.session.name, how, this.id, this.handled.length, this.handled.at(-1));
    here.set(this, '');
    this.every(150, () => this.ticks++);
  }
  leave(how: string) {
    trace(this.session.name, how, this.id, this.handled.length, this.handled.at(-1));
    here.delete(this);
  }
}

/** All instances of this process. */
export function readLogs(): LogState[] {
  return [...here].map(([{ id, session, begun, handled }, content]) => ({
    id,
    name: session.name,
    begun: [...begun],
    handled: [...handled],
    content,
  }));
}
