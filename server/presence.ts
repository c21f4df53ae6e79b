// Owns what a component sees of presence: typed names under which instances are there, and live lists of who is.

/** Marks what a component makes anew wherever it goes on: it is no state of it, and is not kept. */
export const NO_STATE = Symbol('no state');

/** A presence: a name, and the type of what each member says of itself. */
export interface Presence<Meta> {
  readonly name: string;
  /** Only for the compiler. */
  readonly meta?: (meta: Meta) => Meta;
}

/**
 * Names a presence. Keep it in a module of its own, as a topic.
 * @example export const inRoom = (id: string) => presence<{ name: string }>(`room:${id}`);
 */
export function presence<Meta>(name: string): Presence<Meta> {
  return { name };
}

/** One who is there. */
export interface Member<Meta> {
  /** Who it is: what was given as `id`, or a new one for each instance. */
  readonly id: string;
  /** What it says of itself. */
  readonly meta: Meta;
  /** Since when it is there, in ms since the epoch, by its own node's clock. */
  readonly since: number;
}

/** A live list of who is there. The component renders when it changes. */
export interface Present<Meta> {
  /** Who is there, the longest there first. Empty in the static render. */
  readonly members: readonly Member<Meta>[];
  /** Is there from now on, or, if it is already, says something else of itself. `meta` must be JSON. */
  join(meta: Meta): void;
  /** Is no longer there, and goes on looking. */
  leave(): void;
}

/** How an instance is there. */
export interface PresenceOptions<Meta> {
  /** Who it is. Instances that give the same id are one member, such as the tabs of one user. Default: a new one for each instance. */
  readonly id?: string;
  /** Called when somebody else has come. Not for those who were found there: they are in the list. */
  readonly joined?: (member: Member<Meta>) => unknown;
  /** Called when somebody else has gone. */
  readonly left?: (member: Member<Meta>) => unknown;
}

/** A list that nobody is in: that of a static render. */
export const NOBODY: Present<never> = { members: [], join: () => {}, leave: () => {} };
