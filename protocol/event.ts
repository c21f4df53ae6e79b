// Owns the shape of what a browser sends: events, subscribes, unsubscribes. In: unknown. Out: checked plain data, or undefined.

/**
 * A value of a form field. Repeated names become arrays; a name that ends in `[]` is always one.
 * @example const filesOf = (field: Field = []) => [field].flat().filter((it) => it instanceof File);
 */
export type Field = string | File | readonly (string | File)[];

/**
 * The fields of an event, raw and untrusted. It has no prototype: a field may have any name.
 * @example
 * ```ts
 * static events = { add: true };
 * add({ text }: Fields) {
 *   if (typeof text === 'string') this.publish(cards, { id: crypto.randomUUID(), title: text });
 * }
 * ```
 */
export type Fields = Readonly<Record<string, Field | undefined>>;

/** An event's head: all but its fields. It travels in the query, which is signed. */
export interface EventHead {
  /** The instance. */
  readonly id: string;
  /** The viewer: one page load of one browser. */
  readonly viewer: string;
  /** The handler. */
  readonly name: string;
  /** The event's number; it only grows for a viewer and an instance. */
  readonly number: number;
  /** The mounting that the event is meant for. */
  readonly epoch: string;
  /** The version of the content that the browser holds. */
  readonly version: number;
  /** The name of the control that fired. */
  readonly field?: string | undefined;
}

/** One component of a subscribe. `epoch` and `version` say what the browser holds from before. */
export interface SubscribeItem {
  readonly id: string;
  readonly component: string;
  readonly session: string;
  readonly epoch?: string;
  readonly version?: number;
}

/** The body of a subscribe. */
export interface SubscribeRequest {
  readonly viewer: string;
  /** The page's address, for `navigate()`. */
  readonly url: string;
  readonly components: readonly SubscribeItem[];
}

/** The body of an unsubscribe. */
export interface UnsubscribeRequest {
  readonly viewer: string;
  /** Absent: everything that the viewer has on the stream, its copies included. */
  readonly ids?: readonly string[];
}

/** Ids are letters, digits, dash and underscore: they stand in attributes, queries and header fields unescaped. */
const ID = /^[\w-]{1,64}$/;
const COMPONENT = /^[\w.:/-]{1,128}$/;
/** How many entries a form may have. */
export const MAX_FIELDS = 1000;

/** Whether a text may be the id of an instance, a viewer or a mounting. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Whether a text may be a component's name. */
export function isComponentName(value: unknown): value is string {
  return typeof value === 'string' && COMPONENT.test(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Reads a whole number that is not negative. */
export function readCount(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Writes an event's head as a query, with its question mark. */
export function writeEventQuery(head: EventHead): string {
  const query = new URLSearchParams({
    id: head.id,
    name: head.name,
    viewer: head.viewer,
    n: String(head.number),
    epoch: head.epoch,
    have: String(head.version),
  });
  if (head.field) query.set('field', head.field);
  return `?${query}`;
}

/** Reads an event's head; undefined where something is missing or has the wrong form. */
export function readEventQuery(query: URLSearchParams): EventHead | undefined {
  const [id, viewer, epoch, name] = ['id', 'viewer', 'epoch', 'name'].map((key) => query.get(key));
  const number = readCount(query.get('n'));
  const version = readCount(query.get('have'));
  if (!isId(id) || !isId(viewer) || !isId(epoch) || !name || name.length > 128) return undefined;
  if (!number || version === undefined) return undefined;
  const field = query.get('field')?.slice(0, 256);
  return { id, viewer, name, number, epoch, version, ...(field ? { field } : {}) };
}

/** Gathers form entries into fields; undefined where there are more than a form can sensibly have. */
export function gatherFields(entries: Iterable<readonly [string, string | File]>): Fields | undefined {
  const fields: Record<string, Field> = Object.create(null);
  let count = 0;
  for (const [key, value] of entries) {
    if (++count > MAX_FIELDS) return undefined;
    const always = key.endsWith('[]');
    const name = always ? key.slice(0, -2) : key;
    const old = fields[name];
    if (old !== undefined) fields[name] = Array.isArray(old) ? [...old, value] : [old as string | File, value];
    else fields[name] = always ? [value] : value;
  }
  return fields;
}

/** Reads the body of an event that was sent as a form. */
export function readForm(text: string): Fields | undefined {
  return gatherFields(new URLSearchParams(text));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the body of a subscribe. */
export function readSubscribe(text: string): SubscribeRequest | undefined {
  const body = parseObject(text);
  if (!body || !isId(body.viewer) || typeof body.url !== 'string' || !Array.isArray(body.components)) return undefined;
  const components = body.components.map(readSubscribeItem);
  if (components.some((item) => item === undefined)) return undefined;
  return { viewer: body.viewer, url: body.url, components: components as SubscribeItem[] };
}

function readSubscribeItem(value: unknown): SubscribeItem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, component, session, epoch, version } = value as Record<string, unknown>;
  if (!isId(id) || !isComponentName(component) || typeof session !== 'string') return undefined;
  const held = isId(epoch) && isCount(version) ? { epoch, version } : {};
  return { id, component, session, ...held };
}

/** Reads the body of an unsubscribe. */
export function readUnsubscribe(text: string): UnsubscribeRequest | undefined {
  const body = parseObject(text);
  if (!body || !isId(body.viewer)) return undefined;
  if (body.ids === undefined) return { viewer: body.viewer };
  return Array.isArray(body.ids) && body.ids.every(isId) ? { viewer: body.viewer, ids: body.ids } : undefined;
}
