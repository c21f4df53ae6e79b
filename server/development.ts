// Owns the question whether this is development, and what a page is told then: what its components throw, and which events they have not. Production tells no page anything of it.

import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { Fault } from '../protocol/patch.ts';
import type { Instance } from './instance.ts';
import type { Registry } from './registry.ts';
import { pageOf } from './seat.ts';
import type { Stream } from './stream.ts';

/** Whether this is development: everything but `NODE_ENV=production`. It is asked once for each `liveview()`. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV !== 'production';
}

/** So many letters of what was thrown go to a page. */
const MOST_MESSAGE = 1_000;
const MOST_STACK = 16_000;
const SHORT = { depth: 1, maxArrayLength: 10, maxStringLength: 500, breakLength: 100 } as const;

/** Where our own code is. */
const OWN = fileURLToPath(new URL('..', import.meta.url));
/** Frames that are of no program's own. */
const FOREIGN = /\(?(?:htmx-liveview:|node:|[^(]*[\\/]node_modules[\\/])/;

/** What a page is told of something that was thrown. */
export type Thrown = Pick<Fault, 'message' | 'stack' | 'at'>;

/** Describes what was thrown: an error with its causes, or anything else. Never throws. */
export function describeThrown(error: unknown): Thrown {
  const stack = shorten(safely(() => inspect(error, SHORT))).slice(0, MOST_STACK);
  const message = safely(() => (error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, SHORT)));
  const at = stack.split('\n').flatMap((line) => /^\s+at (?<frame>.+?)(?: \{)?$/.exec(line)?.groups?.frame ?? []);
  const own = at.find((frame) => !FOREIGN.test(frame));
  return { message: message.slice(0, MOST_MESSAGE), stack, ...(own ? { at: own } : {}) };
}

/** What is thrown may be anything, such as an object whose getters throw. */
function safely(describe: () => string): string {
  try {
    return describe();
  } catch {
    return 'something that can’t be described';
  }
}

/** Files of ours, and those below where the program runs, get shorter names. A stack has paths, or addresses. */
function shorten(text: string): string {
  let short = text.replaceAll('file://', '');
  for (const folder of ['server', 'views', 'protocol'])
    short = short.replaceAll(`${OWN}${folder}/`, `htmx-liveview:${folder}/`);
  return short.replaceAll(`${process.cwd()}/`, './');
}

/** Tells each page that shows an instance, once, what that threw. A page that is behind is not told: it has enough to read. */
export function tellViewers(
  registry: Registry,
  instance: Instance,
  error: unknown,
  { doing, event }: { readonly doing: string; readonly event: string | undefined },
): void {
  const { id, statics } = instance;
  const thrown = describeThrown(error);
  const told = new Set<string>();
  for (const { stream, viewer: place } of registry.seatsOf(instance)) {
    const viewer = pageOf(place);
    if (!stream?.hasRoom || told.has(viewer)) continue;
    told.add(viewer);
    const fault: Fault = { id, viewer, component: statics.component, doing, ...(event ? { event } : {}), ...thrown };
    stream.send('fault', fault);
  }
}

/** Tells the page that sent an event why its component has none of that name. */
export function tellSender(
  stream: Stream,
  { id, viewer, component, name }: { id: string; viewer: string; component: string; name: string },
  message: string,
): void {
  if (!stream.hasRoom) return;
  const doing = `${name}()`;
  const fault: Fault = {
    id,
    viewer: pageOf(viewer),
    component,
    doing,
    event: name,
    message,
    stack: message,
    refused: true,
  };
  stream.send('fault', fault);
}
