// A board for several users: one component for everybody, which handles one move at a time, so that all see the same whatever crosses.
import { html, LiveComponent, type LiveEvent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { type Card, type Column, cards, columns, MOST_CARDS, newId } from './cards.ts';

const names = Object.keys(columns) as Column[];
const column = z.enum(names);
const id = z.coerce.number().int();
const text = z.string().trim().min(1).max(80);

export class Board extends LiveComponent {
  static component = 'demo.Board';
  static scope = 'app';
  static events = {
    add: z.object({ column, text }),
    edit: z.object({ id, text }),
    remove: z.object({ id }),
    /** A card that was dropped: before another one, or at the end. The fields are the detail of a CustomEvent. */
    drop: z.object({ id, column, before: z.coerce.number().optional() }),
    left: z.object({ id }),
    right: z.object({ id }),
    up: z.object({ id }),
    down: z.object({ id }),
  };

  /** The cards in their order. They outlive the component, which ends with its last viewer. */
  cards = cards;
  said = '';

  add({ column, text }: Params<typeof Board, 'add'>) {
    const isFull = this.cards.length >= MOST_CARDS;
    if (!isFull) this.cards.push({ id: newId(), text, column });
    this.said = isFull ? 'The board is full.' : `${text} is new in ${columns[column]}.`;
  }

  edit({ id, text }: Params<typeof Board, 'edit'>, event: LiveEvent) {
    const card = this.find(id);
    if (card) card.text = text;
    event.browser.push('card:saved', { id });
  }

  remove({ id }: Params<typeof Board, 'remove'>) {
    const card = this.find(id);
    if (!card) return; // somebody else was faster
    this.cards.splice(this.cards.indexOf(card), 1);
    this.said = `${card.text} is gone.`;
  }

  drop({ id, column, before }: Params<typeof Board, 'drop'>) {
    this.place(id, column, before);
  }

  left({ id }: Params<typeof Board, 'left'>) {
    this.aside(id, -1);
  }

  right({ id }: Params<typeof Board, 'right'>) {
    this.aside(id, 1);
  }

  up({ id }: Params<typeof Board, 'up'>) {
    const [card, others, at] = this.standing(id);
    if (card && at > 0) this.place(id, card.column, others[at - 1]?.id);
  }

  down({ id }: Params<typeof Board, 'down'>) {
    const [card, others, at] = this.standing(id);
    if (card && at < others.length - 1) this.place(id, card.column, others[at + 2]?.id);
  }

  aside(id: number, by: number) {
    const card = this.find(id);
    const to = card && names[names.indexOf(card.column) + by];
    if (to) this.place(id, to);
  }

  /** Puts a card before another one of a column; where that is not there any more, or none is named, at the end. */
  place(id: number, column: Column, before?: number) {
    const card = this.find(id);
    if (!card || id === before) return;
    this.cards.splice(this.cards.indexOf(card), 1);
    const at = this.cards.findIndex((it) => it.id === before && it.column === column);
    this.cards.splice(at < 0 ? this.cards.length : at, 0, card);
    card.column = column;
    this.said = `${card.text} is now in ${columns[column]}.`;
  }

  find(id: number): Card | undefined {
    return this.cards.find((card) => card.id === id);
  }

  /** A card, those of its column, and its place among them. */
  standing(id: number): [Card | undefined, Card[], number] {
    const card = this.find(id);
    const others = this.cards.filter((it) => it.column === card?.column);
    return [card, others, others.findIndex((it) => it.id === id)];
  }

  render() {
    return html`
      <div lv-event="drop" hx-trigger="card:drop" class="board">${names.map((name) => this.renderColumn(name))}</div>
      <p id="said" class="hint" role="status">${this.said}</p>`;
  }

  renderColumn(name: Column) {
    const own = this.cards.filter((card) => card.column === name);
    return html`
      <section class="column" aria-labelledby="title-${name}">
        <h2 id="title-${name}">${columns[name]} <small>${own.length}</small></h2>
        <ol id="column-${name}" data-column="${name}">${[
          ...own.map(renderCard),
          html`<li id="end-${name}" class="end" aria-hidden="true">Drop a card here</li>`,
        ]}</ol>
        <form lv-event="add">
          <input type="hidden" name="column" value="${name}">
          <input name="text" placeholder="Add a card" aria-label="Add a card to ${columns[name]}" maxlength="80" autocomplete="off" required>
        </form>
      </section>`;
  }
}

function renderCard({ id, text }: Card) {
  const move = (event: string, sign: string, where: string) =>
    html`<button lv-event="${event}" name="id" value="${id}" class="quiet" aria-label="Move ${text} ${where}">${sign}</button>`;
  return html`<li id="card-${id}" class="ticket">
      <p class="handle" draggable="true">${text}</p>
      <div class="moves">
        ${move('left', '←', 'to the left')} ${move('up', '↑', 'up')} ${move('down', '↓', 'down')} ${move('right', '→', 'to the right')}
      </div>
      <details>
        <summary aria-label="Edit ${text}">Edit</summary>
        <form lv-event="edit">
          <input type="hidden" name="id" value="${id}">
          <input name="text" value="${text}" aria-label="Text of the card" maxlength="80" autocomplete="off" required>
          <div class="row"><button>Save</button> <button type="button" lv-event="remove" class="quiet">Delete</button></div>
        </form>
      </details>
    </li>`;
}
