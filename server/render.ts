// Owns the static render: a throw-away instance is mounted, rendered and forgotten. Out: the root element with its session token.

import type { Request } from 'express';
import type { Html } from '../views/html.ts';
import { writeRoot } from '../views/root.ts';
import { type Child, type Filling, fill } from './child.ts';
import type { ComponentStatics } from './component.ts';
import { LiveError } from './errors.ts';
import { claimSession, pageUrl } from './express.ts';
import { Instance, type InstanceSetup } from './instance.ts';
import type { Settings } from './settings.ts';
import { hashContent, type Tokens } from './token.ts';
import type { ComponentClass } from './types.ts';

/** Renders a component into a page. What `mount` or `render` throws goes to `failed()`, or else to the caller. */
export async function renderStatic(
  settings: Settings,
  tokens: Tokens,
  request: Request,
  type: ComponentClass,
  session: unknown,
): Promise<Html> {
  checkRegistered(settings, type);
  const sessionId = claimSession(request);
  const response = request.res;
  if (response && !response.headersSent && !response.getHeader('Cache-Control')) {
    // a copy in a cache would hold somebody's token, and ids that are live elsewhere
    response.setHeader('Cache-Control', 'private, no-cache');
  }
  settings.engine.use(request.app);
  const visit = { sessionId, context: await settings.context(request), url: pageUrl(request) };
  const parts = await renderOne(settings, tokens, visit, { id: settings.clock.id(), type, session });
  const { root = {} } = type as unknown as ComponentStatics;
  return writeRoot({ id: parts.id, component: type.component, session: parts.session }, root, parts.content);
}

/** Who asks for a page. */
interface Visit {
  readonly sessionId: string;
  readonly context: unknown;
  readonly url: URL;
}

/** Renders one component, and the children that it asks for. */
async function renderOne(
  settings: Settings,
  tokens: Tokens,
  visit: Visit,
  { id, type, session }: Pick<Child, 'id' | 'type' | 'session'>,
): Promise<Filling & { readonly id: string }> {
  checkRegistered(settings, type);
  checkSession(type, session);
  const instance = createThrowAway(settings, visit, { id, type, session });
  const text = String(await content(settings, instance, visit.url));
  const { asked } = instance.children.end();
  const children = await Promise.all(asked.map((child) => renderOne(settings, tokens, visit, child)));
  const byId = new Map(children.map((child) => [child.id, child]));
  const claims = { id, component: type.component, session, content: hashContent(text) };
  return { id, session: tokens.sign(claims, visit.sessionId), content: fill(text, (child) => byId.get(child)) };
}

async function content(settings: Settings, instance: Instance, url: URL) {
  try {
    await instance.mount(url);
    return await instance.render();
  } catch (error) {
    const shown = await instance.contentFor(error);
    if (shown === undefined) throw error;
    settings.onError(error, { component: instance.statics.component, id: instance.id, doing: 'mount()' });
    return shown;
  }
}

function createThrowAway(
  { clock, handlerTimeout, onError, engine }: Settings,
  { sessionId, context }: Visit,
  { id, type, session }: Pick<Child, 'id' | 'type' | 'session'>,
): Instance {
  const setup: InstanceSetup = {
    connected: false,
    clock,
    handlerTimeout,
    onDirty: () => {},
    report: (_, error, doing) => onError(error, { component: type.component, id, doing }),
    view: (name, locals) => engine.render(name, locals),
    publish: () => {},
    listen: () => () => {},
    fill: (_, text) => text,
  };
  return new Instance({ id, type, session, context, sessionId }, setup);
}

/** What is signed comes back as JSON; what JSON would lose or change must not get that far. */
function checkSession(type: ComponentClass, session: unknown): void {
  const found = notJson(session, 'session');
  if (found === undefined) return;
  const cure = 'Pass what JSON can hold: strings, numbers, booleans, null, and plain objects and arrays of these';
  throw new LiveError(
    'ERR_LIVE_SESSION_JSON',
    `live.render(${type.name}): ${found} would not survive signing. ${cure}.`,
  );
}

function notJson(value: unknown, path: string): string | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} (${value})`;
  const proto = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (proto !== Object.prototype && proto !== Array.prototype && proto !== null) {
    return `${path} (${typeof value === 'object' ? (proto?.constructor?.name ?? 'object') : typeof value})`;
  }
  for (const [key, inner] of Object.entries(value as object)) {
    const found = notJson(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkRegistered(settings: Settings, type: ComponentClass): void {
  if (settings.components.get(type?.component) === type) return;
  const name = type?.name ?? String(type);
  throw new LiveError(
    'ERR_LIVE_UNREGISTERED',
    `live.render(): ${name} is not registered. Add it: liveview({ components: [${name}] }).`,
  );
}
