// A board with cards: a component with children, in a list and by itself.
import { html, LiveComponent } from 'htmx-liveview';

export class Card extends LiveComponent<{ n: number; title: string }> {
  static component = 'test.Card';
  static root = { class: 'card' };
  static events = { bump: true };
  static log: string[] = [];
  bumps = 0;

  mount() {
    if (this.connected) Card.log.push(`mount ${this.session.n}`);
  }
  unmount() {
    Card.log.push(`unmount ${this.session.n}`);
  }
  bump() {
    this.bumps++;
  }
  render() {
    return html`<b>${this.session.title}</b> <i>${this.bumps}</i> <button lv-event="bump">bump</button><input name="note">`;
  }
}

export class Board extends LiveComponent {
  static component = 'test.Board';
  static events = { set: true };
  static live: Board | undefined;
  order = [1, 2, 3];
  titles: Record<number, string> = {};
  head = 'Board';

  mount() {
    if (this.connected) Board.live = this;
  }
  set() {
    this.head = 'set';
  }
  render() {
    const cards = this.order.map((n) => this.child(Card, { n, title: this.titles[n] ?? `card ${n}` }, { key: n }));
    return html`<h1>${this.head}</h1><div id="cards">${cards}</div>`;
  }
}

/** The same, as text. */
export class TextBoard extends Board {
  static override component = 'test.TextBoard';
  override render() {
    return String(super.render()) as never;
  }
}
