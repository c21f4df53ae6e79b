// Owns a component's children: which it asked for in its last render, and what stands for each in its content until it is sent.

import { ATTRIBUTES } from '../protocol/names.ts';
import { type Html, html } from '../views/html.ts';
import { writeRoot } from '../views/root.ts';
import type { ComponentStatics } from './component.ts';
import { LiveError } from './errors.ts';
import { idOf, ownerOf, type Scope, scopeOf, sharedId, widest } from './scope.ts';
import type { ComponentClass } from './types.ts';

/** A child, as its parent's render asked for it. */
export interface Child {
  readonly id: string;
  readonly type: ComponentClass;
  readonly session: unknown;
  /** At least its parent's. */
  readonly scope: Scope;
  /** Whose it is. */
  readonly sessionId: string;
  /** The payload as text, and how often it has changed: the placeholder says the latter, so that a change shows. */
  readonly text: string;
  readonly revision: number;
}

/** What takes a placeholder's place when the content is sent. */
export interface Filling {
  /** The session token. */
  readonly session: string;
  readonly content: string;
}

/** Most instances have no children. Never written to. */
const NONE: Map<string, any> = new Map();

/** What children take over from their parent. */
type Parent = Pick<Child, 'id' | 'scope' | 'sessionId'>;

/** The children of one instance. */
export class Children {
  readonly #parent: Parent;
  #known: ReadonlyMap<string, Child> = NONE;
  #asked: Map<string, Child> = NONE;
  #calls: Map<string, number> = NONE;
  #failed: Map<string, string> = NONE;

  /** @param parent the parent's id: a child's id follows from it, so that it is the same in the static and the live render. */
  constructor(parent: Parent) {
    this.#parent = parent;
  }

  /** A render begins. */
  begin(): void {
    this.#asked = NONE;
    this.#calls = NONE;
  }

  /** A render has failed: what it did not come to ask for stays. */
  keep(): void {
    this.#asked = this.#known === NONE ? NONE : new Map(this.#known);
  }

  /** A render is done: gives the children it asked for, and those it no longer asked for, which are forgotten. */
  end(): { readonly asked: readonly Child[]; readonly gone: readonly Child[] } {
    const gone = this.all.filter(({ id }) => !this.#asked.has(id));
    this.#known = this.#asked;
    return { asked: this.all, gone };
  }

  /** A child of the last render. */
  get(id: string): Child | undefined {
    return this.#known.get(id);
  }

  /** The children of the last render. */
  get all(): readonly Child[] {
    return [...this.#known.values()];
  }

  /** A child could not be mounted: it is not tried again until its payload changes. */
  failed({ id, text }: Child): void {
    if (this.#failed === NONE) this.#failed = new Map();
    this.#failed.set(id, text);
  }

  hasFailed({ id, text }: Child): boolean {
    return this.#failed.get(id) === text;
  }

  /** What stands for a child: its root element without content. Without a key, the order of the calls tells children apart. */
  ask(type: ComponentClass, session: unknown, key: string | number | undefined): Html {
    const name = type.component;
    if (this.#asked === NONE) this.#asked = new Map();
    if (this.#calls === NONE) this.#calls = new Map();
    const call = this.#calls.get(name) ?? 0;
    this.#calls.set(name, call + 1);
    const text = JSON.stringify(session ?? {});
    const payload: unknown = JSON.parse(text); // a copy: what the parent changes later is not the child's yet
    const scope = widest(scopeOf(type), this.#parent.scope);
    const sessionId = ownerOf(scope, this.#parent.sessionId);
    const isShared = scopeOf(type) !== 'page';
    const place = key === undefined ? `#${call}` : `=${key}`;
    const id = isShared ? sharedId(type, payload, sessionId) : idOf(`${this.#parent.id} ${name} ${place}`);
    if (this.#asked.has(id) && !isShared) throw twice(type, key);
    const known = this.#known.get(id);
    const revision = known === undefined ? 0 : known.text === text ? known.revision : known.revision + 1;
    this.#asked.set(id, { id, type, session: payload, scope, sessionId, text, revision });
    return placeholder(id, type, revision);
  }
}

function twice(type: ComponentClass, key: unknown): LiveError {
  const found = JSON.stringify(key);
  return new LiveError(
    'ERR_LIVE_CHILD_KEY',
    `child(${type.name}): the key ${found} is there twice. Give each child a key of its own.`,
  );
}

/** Templates of placeholders, by their text around id and session: a list of children is a list of regions. */
const templates = new Map<string, TemplateStringsArray>();

function placeholder(id: string, type: ComponentClass, revision: number): Html {
  const { root = {} } = type as unknown as ComponentStatics;
  const written = String(writeRoot({ id: '\0', component: type.component, session: '\0' }, root, ''));
  let strings = templates.get(written);
  if (!strings) {
    const parts = written.split('\0');
    strings = Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray;
    templates.set(written, strings);
  }
  return html(strings, id, `~${revision}`);
}

const PLACEHOLDER = new RegExp(
  `${ATTRIBUTES.id}="([\\w-]{22})" ${ATTRIBUTES.component}="[^"]*" ${ATTRIBUTES.session}="(~\\d+)"[^>]*>`,
  'g',
);

/** Fills the placeholders in a text. */
export function fill(text: string, fillingOf: (id: string) => Filling | undefined): string {
  if (!text.includes(`${ATTRIBUTES.session}="~`)) return text;
  return text.replace(PLACEHOLDER, (found: string, id: string, mark: string) => {
    const filling = fillingOf(id);
    return filling ? found.replace(`"${mark}"`, `"${filling.session}"`) + filling.content : found;
  });
}
