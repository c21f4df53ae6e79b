// Owns the word to a page's developer on a component that is gone for good: the page looks as before, and its buttons do nothing.

import { ATTRIBUTES } from '../protocol/names.ts';
import type { EndReason } from './public.ts';

/** What the reason's name alone does not say. docs/page.md has them all. */
const WHY: { readonly [Reason in EndReason]?: string } = {
  expired: ': its token is too old',
  session: ': the server does not know it any more, as after a restart with sessions in memory',
};

const said = new Set<string>();

/** Says that a component is gone, and why; of many of a kind once. */
export function mourn(root: Element, reason: EndReason): void {
  const name = root.getAttribute(ATTRIBUTES.component);
  const word = `htmx-liveview: ${name} is no longer live (${reason}${WHY[reason] ?? ''}). Reload the page.`;
  if (!said.has(word)) console.warn(word);
  said.add(word);
}
