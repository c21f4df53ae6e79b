// One component, six renderers: the state and the handlers are here, each class below brings only its render().
import { Eta } from 'eta';
import { html, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';

export interface Book {
  readonly id: number;
  readonly title: string;
  copies: number;
}

export abstract class Shelf extends LiveComponent {
  static events = { take: z.object({ id: z.coerce.number().int() }) };

  books: Book[] = [
    { id: 1, title: 'Alice & the <Looking Glass>', copies: 3 },
    { id: 2, title: 'Middlemarch', copies: 2 },
    { id: 3, title: 'Das Schloss', copies: 4 },
  ];

  take({ id }: Params<typeof Shelf, 'take'>) {
    const book = this.books.find((one) => one.id === id);
    if (book && book.copies > 0) book.copies -= 1;
  }
}

export class TemplateShelf extends Shelf {
  static component = 'demo.TemplateShelf';
  render() {
    return html`
      <ul class="list" id="books">
        ${this.books.map(
          ({ id, title, copies }) => html`
        <li id="book-${id}"><span>${title}</span> <b>${copies}</b>
          <button lv-event="take" name="id" value="${id}" disabled="${copies === 0}">Take</button></li>`,
        )}
      </ul>`;
  }
}

/** EJS, Pug and Handlebars go through Express' own view engines: see the files in `views/`. */
export class EjsShelf extends Shelf {
  static component = 'demo.EjsShelf';
  render() {
    return this.view('shelf.ejs', { books: this.books });
  }
}

export class PugShelf extends Shelf {
  static component = 'demo.PugShelf';
  render() {
    return this.view('shelf.pug', { books: this.books });
  }
}

export class HandlebarsShelf extends Shelf {
  static component = 'demo.HandlebarsShelf';
  render() {
    return this.view('shelf.hbs', { books: this.books.map((book) => ({ ...book, gone: book.copies === 0 })) });
  }
}

/** Eta renders to a string by itself; any function that does can stand here. */
const eta = new Eta();
const template = eta.compile(`<ul class="list" id="books"><% it.books.forEach((book) => { %>
  <li id="book-<%= book.id %>"><span><%= book.title %></span> <b><%= book.copies %></b>
    <button lv-event="take" name="id" value="<%= book.id %>" <%= book.copies === 0 ? 'disabled' : '' %>>Take</button></li><% }) %>
</ul>`);

export class EtaShelf extends Shelf {
  static component = 'demo.EtaShelf';
  render() {
    return eta.render(template, { books: this.books });
  }
}
