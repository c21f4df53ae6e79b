// Owns the components of the soak test: timers, topics, children, tasks, slow handlers, and handlers that throw.
import { html, LiveComponent, topic } from 'htmx-liveview';

export const news = topic<string>('news');
const ROOMS = 20;
const KEPT = 5;
/** What `fail` throws, and is expected. */
export const DELIBERATE = 'deliberate';

const pause = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Timers and tasks. */
class Clock extends LiveComponent {
  static component = 'soak.Clock';
  static events = { tap: true, load: true, wait: true, fail: true };
  ticks = 0;
  state = 'idle';

  mount() {
    this.every(3_000, () => this.ticks++);
    this.after(60_000, () => {
      this.state = 'old';
    });
  }
  tap() {
    const stop = this.every(500, () => {
      this.ticks++;
      if (this.ticks % 4 === 0) stop();
    });
    this.browser.push('tapped', this.ticks);
  }
  load() {
    this.task('load', async (signal) => {
      this.state = 'loading';
      await pause(2_000, signal);
      this.state = 'loaded';
    });
  }
  async wait() {
    await pause(1_200);
    this.state = 'waited';
  }
  fail() {
    throw new Error(DELIBERATE);
  }
  render() {
    return html`<p id="t">${this.ticks}</p><p id="s">${this.state}</p>`;
  }
}

/** Topics, in both directions. */
class Feed extends LiveComponent<{ room: number }> {
  static component = 'soak.Feed';
  static events = { say: true };
  lines: string[] = [];

  mount() {
    const take = (line: string) => {
      this.lines = [...this.lines, line].slice(-KEPT);
    };
    this.subscribe(news, take);
    this.subscribe(room(this.session.room), take);
  }
  say({ text }: { readonly text?: unknown }) {
    this.publish(room(this.session.room), String(text));
  }
  render() {
    return html`<ul id="l">${this.lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  }
}

/** A child. */
class Card extends LiveComponent<{ n: number }> {
  static component = 'soak.Card';
  static events = { mark: true };
  marks = 0;

  mount() {
    this.every(9_000, () => this.marks++);
    this.subscribe(news, () => this.changed());
  }
  mark() {
    this.marks++;
  }
  render() {
    return html`<b>${this.session.n}: ${this.marks}</b>`;
  }
}

/** Children that come and go. */
class Board extends LiveComponent {
  static component = 'soak.Board';
  static events = { add: true, drop: true, turn: true };
  cards = [1, 2];
  last = 2;

  add() {
    this.cards.push(++this.last);
    if (this.cards.length > KEPT) this.cards.shift();
  }
  drop() {
    this.cards.pop();
  }
  turn() {
    this.cards.reverse();
  }
  render() {
    const cards = this.cards.map((n) => html`<li id="c-${n}">${this.child(Card, { n }, { key: n })}</li>`);
    return html`<ul id="b">${cards}</ul>`;
  }
}

const room = (n: number) => topic<string>(`room ${n % ROOMS}`);

export const components = [Clock, Feed, Card, Board] as const;
export { Board, Clock, Feed };
