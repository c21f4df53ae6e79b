// Pages of property tests: states that differ at random, and what they look like.
import { html, raw } from 'htmx-liveview';

/** What {@link spaced} shows. */
export interface Rows {
  readonly title: string;
  readonly flag: boolean;
  readonly list: readonly { readonly id: number; readonly text: string; readonly on: boolean }[];
}

/** A list with white space around its items, between two neighbours. */
export const spaced = ({ list, flag, title }: Rows) => html`
  <div id="head">${title}</div>
  ${list.map(
    (it) => html`
    <div id="row-${it.id}">
      <b>${it.text}</b>${it.on ? html`<i id="on-${it.id}">on</i>` : ''}
    </div>
  `,
  )}
  <div id="foot">${flag}</div>${flag ? raw(`<hr id="r"><p>${title.length}</p>`) : ''}`;
