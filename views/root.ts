// Owns the element that makes rendered HTML a component: <div data-id data-component data-session>.

import { ATTRIBUTES } from '../protocol/names.ts';
import { LiveError } from './errors.ts';
import { escapeHtml, type Html, raw } from './html.ts';

/**
 * The root element of a component: its tag (default `div`) and further attributes, such as `class`.
 * @example static root: Root = { tag: 'tr', class: 'order' };
 */
export type Root = { readonly tag?: string } & Readonly<Record<string, string>>;

/** What names a component's instance in the page. */
export interface RootNames {
  readonly id: string;
  readonly component: string;
  /** The session token. */
  readonly session: string;
}

const NAME = /^[a-z][\w:.-]*$/i;

/** Checks a root once, when a component is registered. Throws `ERR_LIVE_ROOT` for a name that is not an HTML name. */
export function checkRoot(root: Root): void {
  const wrong = [root.tag ?? 'div', ...Object.keys(root)].find((name) => !NAME.test(name));
  if (wrong === undefined) return;
  throw new LiveError(
    'ERR_LIVE_ROOT',
    `static root: expected the name of a tag or attribute, got ${JSON.stringify(wrong)}.`,
  );
}

/** Writes a component's root element around its content. */
export function writeRoot(names: RootNames, root: Root, content: string): Html {
  const { tag = 'div', ...extra } = root;
  const attributes = Object.entries({
    [ATTRIBUTES.id]: names.id,
    [ATTRIBUTES.component]: names.component,
    [ATTRIBUTES.session]: names.session,
    ...extra,
  });
  const written = attributes.map(([name, value]) => ` ${name}="${escapeHtml(value)}"`).join('');
  return raw(`<${tag}${written}>${content}</${tag}>`);
}
