// Owns what a component sees of presence: typed names under which instances are there, and live lists of who is.

/** Marks what a component makes anew wherever it goes on: it is no state of it, and is not kept. */
export const NO_STATE = Symbol('no state');

/**
 * A presence: a name, and the type of what each member says of itself.
 * @example const online: Presence<{ name: string }> = presence('online');
 */
export interface Presence<Meta> {
  /** Unlike any other's in the app. */
  readonly name: string;
  /** Only for the compiler. */
  readonly meta?: (meta: Meta) => Meta;
}

/**
 * Names a presence. Keep it in a module of its own, as a topic.
 * @example
 * ```ts
 * export const inRoom = (room: string) => presence<{ name: string }>(`room:${room}`);
 *
 * class People extends LiveComponent<{ room: string; name: string }> {
 *   static component = 'demo.People';
 *   people = this.presence(inRoom(this.session.room), { name: this.session.name });
 *   render() {
 *     return html`<ul>${this.people.members.map(({ meta }) => html`<li>${meta.name}</li>`)}</ul>`;
 *   }
 * }
 * const ada = await mountLive(People, { session: { room: 'lobby', name: 'Ada' } });
 * await ada.join({ session: { room: 'lobby', name: 'Bob' } });
 * ada.find('li').length; // => 2
 * ```
 */
export function presence<Meta>(name: string): Presence<Meta> {
  return { name };
}

/**
 * One who is there.
 * @example const nameOf = ({ meta }: Member<{ name: string }>) => meta.name;
 */
export interface Member<Meta> {
  /** Who it is: what was given as `id`, or a new one for each instance. */
  readonly id: string;
  /** What it says of itself. */
  readonly meta: Meta;
  /** Since when it is there, in ms since the epoch, by its own node's clock. */
  readonly since: number;
}

/**
 * A live list of who is there. The component renders when it changes.
 * @example
 * ```ts
 * static component = 'demo.Room';
 * people: Present<{ name: string }> = this.presence(inRoom('lobby'), { name: 'Ada' });
 * render() {
 *   return html`<p>${this.people.members.length} here</p>`;
 * }
 * ```
 */
export interface Present<Meta> {
  /** Who is there, the longest there first. Empty in the static render. */
  readonly members: readonly Member<Meta>[];
  /**
   * Is there from now on, or, if it is already, says something else of itself.
   * @throws LiveError `ERR_LIVE_PRESENCE_JSON` where `meta` is not JSON.
   * @example rename({ name }: Fields) { this.people.join({ name: String(name) }); }
   */
  join(meta: Meta): void;
  /**
   * Is no longer there, and goes on looking.
   * @example hide() { this.people.leave(); }
   */
  leave(): void;
}

/**
 * How an instance is there.
 * @example
 * ```ts
 * mount() {
 *   const joined: PresenceOptions<{ name: string }>['joined'] = ({ meta }) => this.browser.push('toast', meta.name);
 *   this.people = this.presence(inRoom('lobby'), { name: 'Ada' }, { id: this.context.user.id, joined });
 * }
 * ```
 */
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
