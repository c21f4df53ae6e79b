// The fixture that every figure about rows refers to: a table of rows with five cells and a button, of which one changes.
import { html } from '../dist/server/index.js';

export { median } from './median.mjs';
export { makeRows } from './rows.mjs';

const row = ({ id, name, n, state }) =>
  html`<tr id="r-${id}"><td>${id}</td><td>${name}</td><td>${n}</td><td>${state}</td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`;
const rowWithCell = ({ id, name, n, state }) =>
  html`<tr id="r-${id}"><td>${id}</td><td>${name}</td><td id="n-${id}">${n}</td><td>${state}</td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`;

export const table = (rows) => html`<table><tbody id="rows">${rows.map(row)}</tbody></table>`;
export const tableWithCells = (rows) => html`<table><tbody id="rows">${rows.map(rowWithCell)}</tbody></table>`;
