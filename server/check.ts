// Owns the checks of component classes at start: the faults that types can't show, or that JavaScript hides.

import { isComponentName } from '../protocol/event.ts';
import { checkRoot } from '../views/root.ts';
import { type ComponentStatics, LiveComponent } from './component.ts';
import { LiveError } from './errors.ts';
import { HOOKS } from './faults.ts';
import { SCOPES, type Scope } from './scope.ts';
import type { ComponentClass } from './types.ts';
import type { Uploads } from './upload.ts';

/** Checks component classes, and lists them by name. Throws a LiveError for what can't work. */
export function readComponents(components: readonly ComponentClass[]): ReadonlyMap<string, ComponentClass> {
  if (!Array.isArray(components)) {
    throw new LiveError(
      'ERR_LIVE_COMPONENTS',
      `liveview(): components must be a list of classes, got ${typeof components}. Example: components: [Counter].`,
    );
  }
  const byName = new Map<string, ComponentClass>();
  for (const type of components as readonly ComponentClass[]) {
    checkComponent(type);
    const other = byName.get(type.component);
    if (other) {
      throw new LiveError(
        'ERR_LIVE_COMPONENT_TWICE',
        `liveview(): two components are named '${type.component}': ${other.name} and ${type.name}. Give one of them another static component.`,
      );
    }
    byName.set(type.component, type);
  }
  return byName;
}

function checkComponent(type: ComponentClass): void {
  if (typeof type !== 'function' || !(type.prototype instanceof LiveComponent)) {
    throw new LiveError(
      'ERR_LIVE_COMPONENT',
      `liveview(): components must extend LiveComponent, got ${String((type as { name?: string })?.name ?? type)}.`,
    );
  }
  if (!isComponentName(type.component)) {
    const found = JSON.stringify(type.component);
    throw new LiveError(
      'ERR_LIVE_COMPONENT_NAME',
      `${type.name}: static component must be 1 to 128 letters, digits, or any of . : / _ -, got ${found}. Example: static component = 'shop.Cart'.`,
    );
  }
  if (typeof type.prototype.render !== 'function') {
    throw new LiveError(
      'ERR_LIVE_RENDER_MISSING',
      `${type.name}: there is no method render(). Add render() { return html\`…\`; }.${NO_FIELD}`,
    );
  }
  const statics = type as unknown as ComponentStatics;
  if (statics.root) checkRoot(statics.root);
  checkEvents(type, statics);
  if (statics.uploads !== undefined) checkUploads(type, statics.uploads);
  checkScope(type, statics.scope);
  checkDurable(type, statics);
}

function checkScope(type: ComponentClass, scope: unknown = 'page'): void {
  if (!SCOPES.includes(scope as Scope)) {
    throw new LiveError(
      'ERR_LIVE_SCOPE',
      `${type.name}: static scope must be 'page', 'session' or 'app', got ${JSON.stringify(scope)}.`,
    );
  }
  if (scope === 'page' || !type.prototype.navigate) return;
  throw new LiveError(
    'ERR_LIVE_SCOPE_NAVIGATE',
    `${type.name}: navigate() follows one page's address, but static scope = '${scope}' is for many pages. Pass what it needs as session payload, or put it into a page's own component.`,
  );
}

function checkDurable(type: ComponentClass, { durable = false, scope = 'page' }: ComponentStatics): void {
  if (durable !== false && durable !== true && durable !== 'sync')
    throw new LiveError(
      'ERR_LIVE_DURABLE',
      `${type.name}: static durable must be true, 'sync' or false, got ${JSON.stringify(durable)}.`,
    );
  if (durable === false || scope === 'page') return;
  throw new LiveError(
    'ERR_LIVE_DURABLE_SCOPE',
    `${type.name}: static durable keeps one page's state, but static scope = '${scope}' is for many pages. Keep what they share in the app's database, and tell of changes by publish().`,
  );
}

/** Why a method may not be found that its author sees. */
const NO_FIELD = ' A field that holds a function is no method.';

function checkEvents(type: ComponentClass, { events }: ComponentStatics): void {
  const { event } = type as { event?: unknown };
  const example = (names: readonly unknown[]) =>
    `static events = { ${names.map((name) => `${name}: true`).join(', ')} }`;
  if (events === undefined && event !== undefined) {
    const names = typeof event === 'object' && event !== null && !Array.isArray(event) ? Object.keys(event) : ['add'];
    throw new LiveError(
      'ERR_LIVE_EVENTS',
      `${type.name}: static event is not read; did you mean static events? Example: ${example(names)}.`,
    );
  }
  if (events !== undefined && (typeof events !== 'object' || events === null || Array.isArray(events))) {
    const found = Array.isArray(events) ? 'an array' : events === null ? 'null' : typeof events;
    const names = Array.isArray(events) && events.length > 0 ? events : ['add'];
    throw new LiveError(
      'ERR_LIVE_EVENTS',
      `${type.name}: static events must be an object, got ${found}. Example: ${example(names)}.`,
    );
  }
  for (const [name, rule] of Object.entries(events ?? {})) checkEvent(type, name, rule);
}

function checkEvent(type: ComponentClass, name: string, rule: unknown): void {
  const own = name in LiveComponent.prototype || HOOKS.includes(name);
  if (own) {
    throw new LiveError(
      'ERR_LIVE_EVENT_RESERVED',
      `${type.name}: events.${name}: '${name}' is LiveComponent's own name; choose another.`,
    );
  }
  if (typeof type.prototype[name as keyof typeof type.prototype] !== 'function') {
    throw new LiveError(
      'ERR_LIVE_EVENT_METHOD',
      `${type.name}: events.${name}: there is no public method ${name}(). Write ${name}() { … }, or remove the event.${NO_FIELD}`,
    );
  }
  const isSchema =
    typeof (rule as { '~standard'?: { validate?: unknown } } | null)?.['~standard']?.validate === 'function';
  if (rule !== true && !isSchema) {
    throw new LiveError(
      'ERR_LIVE_EVENT_SCHEMA',
      `${type.name}: events.${name}: expected true or a Standard Schema (zod, valibot, arktype), got ${typeof rule}.`,
    );
  }
}

function checkUploads(type: ComponentClass, uploads: unknown): void {
  const { bytes, files = 1, types = [] } = (uploads ?? {}) as Partial<Uploads>;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
  const areTypes =
    Array.isArray(types) &&
    types.every((it) => typeof it === 'string' && /^(?:\.[^/\s]+|[\w.+-]+\/[\w.+*-]+)$/.test(it));
  if (isCount(bytes) && isCount(files) && areTypes) return;
  throw new LiveError(
    'ERR_LIVE_UPLOADS',
    `${type.name}: static uploads must be { bytes, files?, types? } with whole numbers and types as in an input's accept, got ${JSON.stringify(uploads)}. Example: static uploads = { bytes: 5_000_000, files: 3, types: ['image/*', '.pdf'] }.`,
  );
}
