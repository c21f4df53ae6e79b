// Owns what goes into the places of children in a content that is about to be sent: their content now, and a token for each.

import type { Operation } from '../protocol/patch.ts';
import { fill } from './child.ts';
import { type Change, textOf } from './diff.ts';
import type { Instance } from './instance.ts';
import type { Registry } from './registry.ts';
import { hashContent, type Tokens } from './token.ts';

/** Fills the places of live children. */
export class Fillings {
  readonly #tokens: Tokens;
  readonly #registry: Registry;

  constructor(tokens: Tokens, registry: Registry) {
    this.#tokens = tokens;
    this.#registry = registry;
  }

  /** Fills the places of children in a text. */
  fill(parent: Instance, text: string): string {
    return fill(text, (id) => {
      const asked = parent.children.get(id);
      if (!asked) return undefined;
      // without content it could not be mounted; it has its token all the same: the page subscribes it, and is told
      const child = this.#registry.instances.get(id);
      const content = child?.content ? textOf(child.content) : '';
      const claims = {
        id,
        component: asked.type.component,
        session: child?.session ?? asked.session,
        content: child?.content ? hashContent(content) : '',
        within: parent.isShared ? parent.id : undefined,
      };
      const filled = child ? this.fill(child, content) : content;
      return { session: this.#tokens.sign(claims, parent.sessionId), content: filled };
    });
  }

  /** Fills the places of children in what an update says. */
  fillChange(parent: Instance, { html, patch }: Change): Change {
    if (html !== undefined) return { html: this.fill(parent, html) };
    const filled = patch?.map((operation): Operation => {
      if (operation[0] === 'm' || operation[0] === 'x') return operation;
      return [operation[0], operation[1], this.fill(parent, operation[2])] as Operation;
    });
    return filled ? { patch: filled } : {};
  }
}
