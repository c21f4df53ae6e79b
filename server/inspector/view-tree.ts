// Owns the tree of a value. In: a picture. Out: HTML. Each of its places is a region, so that only what has changed is sent.

import { type Html, html } from '../../views/html.ts';
import type { Picture } from './state.ts';

/** How many levels are open at first. */
const OPEN = 2;

/** Shows what a picture holds. `name` begins the ids of its places. */
export function tree(picture: Picture, name: string): Html {
  if (!picture.entries) return html`<p class="nothing">${picture.kind === 'box' ? 'nothing' : picture.text}</p>`;
  return entries(picture, name, 0);
}

function entries({ entries = [], more = 0 }: Picture, name: string, depth: number): Html {
  return html`<ul class="tree">${entries.map((entry, at) => place(entry, `${name}-${at}`, depth))}${more > 0 && html`<li class="note">and ${more} more</li>`}</ul>`;
}

function place(picture: Picture, name: string, depth: number): Html {
  const { key, kind, text, more = 0 } = picture;
  if (!picture.entries)
    return html`<li id="${name}"><span class="key">${key}</span> <span class="value ${kind}">${text}${kind === 'box' && more > 0 && ', deeper than is shown'}</span></li>`;
  return html`<li id="${name}"><details open="${depth < OPEN}"><summary><span class="key">${key}</span> <span class="value box">${text}</span></summary>${entries(picture, name, depth + 1)}</details></li>`;
}
