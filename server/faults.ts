// Owns the words for what a component's author does wrong, and what to do instead.

import { type ComponentStatics, LiveComponent } from './component.ts';
import { LiveError } from './errors.ts';
import { nearest } from './nearest.ts';
import type { ComponentClass } from './types.ts';

/** What is said of content that costs more than it need, or does not show what it should: nothing was thrown, and it is shown all the same. */
const ADVICE = new Set(['ERR_LIVE_MARKUP', 'ERR_LIVE_DUPLICATE_ID', 'ERR_LIVE_HTML_STRING', 'ERR_LIVE_RENDER_WRITES']);

/** The sentence of an advice, with its code behind it; undefined for what was thrown. */
export function adviceOf(error: unknown): string | undefined {
  if (!(error instanceof LiveError && ADVICE.has(error.code))) return undefined;
  return `${error.message.slice(error.code.length + 2)} (${error.code})`;
}

/** Methods that only the server calls. */
export const HOOKS = ['mount', 'unmount', 'resumed', 'suspended', 'navigate', 'invalid', 'failed', 'missed', 'render'];

/** A handler, or a render, took longer than `limit` milliseconds. */
export function tookTooLong(doing: string, limit: number): LiveError {
  const cure = 'Pass event.signal on, or move the work to this.task()';
  return new LiveError('ERR_LIVE_HANDLER_TIMEOUT', `${doing} took more than ${limit} ms. ${cure}.`);
}

/** `render()` wrote to a field. */
export function wroteInRender({ component }: ComponentStatics): LiveError {
  const cure = 'Write in mount() or in handlers; the page does not follow this write';
  return new LiveError('ERR_LIVE_RENDER_WRITES', `${component}: render() wrote to a field. ${cure}.`);
}

/** Each render changes the state again. */
export function endless({ component }: ComponentStatics): LiveError {
  const cure = 'render() must not write to what it reads, also not after an await';
  return new LiveError('ERR_LIVE_RENDER_LOOP', `${component}: each render changes the state again. ${cure}.`);
}

/** `render()` gave no content. */
export function noContent({ component }: ComponentStatics, made: unknown): LiveError {
  const found = Array.isArray(made) ? 'an array' : made === null ? 'null' : typeof made;
  const cures = { undefined: ' Is a `return` missing?', 'an array': ' Write html`${list}`.' };
  const cure = cures[found as keyof typeof cures] ?? '';
  return new LiveError(
    'ERR_LIVE_RENDER',
    `${component}.render(): expected html\`…\` or a string, got ${found}.${cure}`,
  );
}

/** A component of many viewers asked for the context of one. */
export function sharedContext({ component, scope }: ComponentStatics): LiveError {
  const why = scope && scope !== 'page' ? `static scope = '${scope}'` : 'it stands in a shared component';
  return new LiveError(
    'ERR_LIVE_SHARED_CONTEXT',
    `${component}: this.context is one viewer's, but this component has many (${why}). Use event.context in handlers, or pass what it shows as session payload.`,
  );
}

/** A child's class is not among the components. */
export function unregisteredChild({ name }: ComponentClass): LiveError {
  return new LiveError(
    'ERR_LIVE_UNREGISTERED',
    `child(): ${name} is not registered. Add it: liveview({ components: [${name}] }).`,
  );
}

/** A field stands where an event's method should. */
export function hiddenMethod(type: ComponentClass, name: string, found: unknown): LiveError {
  const kind = Array.isArray(found) ? 'an array' : found === null ? 'null' : typeof found;
  return new LiveError(
    'ERR_LIVE_EVENT_FIELD',
    `${type.name}: events.${name}: expected a method, got ${kind}: the field ${name} hides ${name}(). Give one of them another name.`,
  );
}

/** A page sends an event that its component does not list: what its author may have meant. For the log, and for pages in development. */
export function noEvent(type: ComponentClass, name: string): string {
  const names = Object.keys((type as unknown as ComponentStatics).events ?? {});
  const said = `no event ${JSON.stringify(name)}`;
  const bare = /^\s*([\w$]+)\s*\(.*\)[\s;]*$/.exec(name)?.[1];
  if (bare && names.includes(bare)) return `${said}: write lv-event="${bare}", without parentheses`;
  if (isMethod(type, name))
    return `${said}: there is a method ${name}(), but static events does not list it. Add ${name}: true, if browsers may call it`;
  const near = nearest(bare ?? name, names);
  const guess = near ? `; did you mean "${near}"?` : '';
  return `${said}${guess}${names.length > 0 ? `; static events has: ${names.join(', ')}` : '; there are no static events'}`;
}

/** Whether a class, or one that it extends, has a method of its own. Nothing is called: the name is a browser's. */
function isMethod(type: ComponentClass, name: string): boolean {
  if (name in LiveComponent.prototype || HOOKS.includes(name)) return false;
  for (let proto = type.prototype; proto; proto = Object.getPrototypeOf(proto)) {
    const found = Object.getOwnPropertyDescriptor(proto, name);
    if (found) return typeof found.value === 'function';
  }
  return false;
}
