// Owns the question whose state an instance holds: a page's, an express-session's, or everybody's.

import { hash } from 'node:crypto';
import type { ComponentStatics } from './component.ts';
import type { ComponentClass } from './types.ts';

/**
 * Whose state it is. `page`: each place where the component is rendered has its own. `session`: one for all tabs of an express-session.
 * `app`: one for all viewers of the same session payload. Shared ones are per node.
 */
export type Scope = 'page' | 'session' | 'app';

/** All scopes, from the narrowest to the widest. */
export const SCOPES: readonly Scope[] = ['page', 'session', 'app'];

/** What a component class declares. */
export function scopeOf(type: ComponentClass): Scope {
  return ((type as unknown as ComponentStatics).scope as Scope | undefined) ?? 'page';
}

/** Whether, and how, an instance's state outlives its node. One that is shared, because what it stands in is, has many viewers, and so does not. */
export function durableOf(type: ComponentClass, scope: Scope): true | 'sync' | undefined {
  const { durable } = type as unknown as ComponentStatics;
  return scope === 'page' && durable ? durable : undefined;
}

/** The scope of a component inside another one: at least as wide as that one's. */
export function widest(one: Scope, other: Scope): Scope {
  return SCOPES.indexOf(one) > SCOPES.indexOf(other) ? one : other;
}

/** Whose an instance is: an express-session's, or, as '', nobody's in particular. */
export function ownerOf(scope: Scope, sessionId: string): string {
  return scope === 'app' ? '' : sessionId;
}

/** The id of a shared instance: it follows from what is shared, so that everybody comes to the same one. */
export function sharedId(type: ComponentClass, session: unknown, owner: string): string {
  return idOf(JSON.stringify([type.component, owner, session], sorted));
}

/** The id that follows from a text: 132 bits of its SHA-256, in 22 letters, as long as a random one. */
export function idOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** The order in which a payload's fields were written makes no difference. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
