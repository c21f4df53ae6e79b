// Owns the components that are measured: a counter, tables of rows in three renderings, and one that shows what is published.
import ejs from 'ejs';
import { html, LiveComponent, topic } from '../dist/server/index.js';
import { makeRows, table, tableWithCells } from './fixture.mjs';

export const tick = topic('bench.tick');

/** The content that every system shows for a counter. */
export const counterHtml = (count) =>
  html`<p>Count: <output>${count}</output></p><button lv-event="increment">+1</button>`;

export class Counter extends LiveComponent {
  static component = 'bench.Counter';
  static events = { increment: true };
  count = 0;
  increment() {
    this.count += 1;
  }
  render() {
    return counterHtml(this.count);
  }
}

/** A table of `session.rows` rows. */
export class Rows extends LiveComponent {
  static component = 'bench.Rows';
  static events = { buy: true, append: true };
  rows = [];
  mount() {
    this.rows = makeRows(Number(this.session.rows));
  }
  buy({ id }) {
    this.rows[id - 1].n += 1;
  }
  append() {
    const id = this.rows.length + 1;
    this.rows.push({ id, name: `item ${id}`, n: 42, state: 'open' });
  }
  render() {
    return table(this.rows);
  }
}

export class CellRows extends Rows {
  static component = 'bench.CellRows';
  render() {
    return tableWithCells(this.rows);
  }
}

const view = ejs.compile(
  '<table><tbody id="rows"><% for (const { id, name, n, state } of rows) { %><tr id="r-<%= id %>"><td><%= id %></td><td><%= name %></td><td><%= n %></td><td><%= state %></td><td><button lv-event="buy" name="id" value="<%= id %>">buy</button></td></tr><% } %></tbody></table>',
);

export class StringRows extends Rows {
  static component = 'bench.StringRows';
  render() {
    return view({ rows: this.rows });
  }
}

/** Shows the last number that was published: an instance for each viewer. */
export class Private extends LiveComponent {
  static component = 'bench.Private';
  n = 0;
  mount() {
    this.subscribe(tick, (n) => {
      this.n = n;
    });
  }
  render() {
    return html`<p>Now: <output id="now">${this.n}</output></p>`;
  }
}

/** The same, one instance for all viewers. */
export class Shared extends Private {
  static component = 'bench.Shared';
  static scope = 'app';
}

export const components = [Counter, Rows, CellRows, StringRows, Private, Shared];
