// The fixture that every figure about rows refers to: a table of rows with five cells and a button, of which one changes.
import { html } from 'htmx-liveview';

/** The state of a table. */
export function makeRows(count) {
  return Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `item ${at + 1}`, n: 42, state: 'open' }));
}

const row = ({ id, name, n, state }) =>
  html`<tr id="r-${id}"><td>${id}</td><td>${name}</td><td>${n}</td><td>${state}</td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`;
const rowWithCell = ({ id, name, n, state }) =>
  html`<tr id="r-${id}"><td>${id}</td><td>${name}</td><td id="n-${id}">${n}</td><td>${state}</td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`;

export const table = (rows) => html`<table><tbody id="rows">${rows.map(row)}</tbody></table>`;
export const tableWithCells = (rows) => html`<table><tbody id="rows">${rows.map(rowWithCell)}</tbody></table>`;

/** The middle of many measurements. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
