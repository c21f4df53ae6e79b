// Owns the static render: a throw-away instance is mounted, rendered and forgotten. Out: the root element with its session token.

import type { Request } from 'express';
import type { Html } from '../views/html.ts';
import { writeRoot } from '../views/root.ts';
import { type Child, type Filling, fill } from './child.ts';
import type { ComponentStatics } from './component.ts';
import { textOf } from './diff.ts';
import { LiveError } from './errors.ts';
import { claimSession, pageUrl } from './express.ts';
import type { Fillings } from './fillings.ts';
import { Instance } from './instance.ts';
import { notJson } from './json.ts';
import type { InstanceSetup } from './origin.ts';
import type { Registry } from './registry.ts';
import { ownerOf, scopeOf, sharedId } from './scope.ts';
import type { Settings } from './settings.ts';
import { hashContent, type Tokens } from './token.ts';
import type { ComponentClass } from './types.ts';

/** What a static render needs. */
export interface RenderParts {
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly registry: Registry;
  readonly fillings: Fillings;
  /** Gives the context of a page: see {@link oncePerRequest}. */
  readonly contextOf: (request: Request) => Promise<unknown>;
}

/** Asks the app for a request's context once, however many components are rendered for it. Where that rejects, it does for each of them. */
export function oncePerRequest(context: Settings['context']): RenderParts['contextOf'] {
  const asked = new WeakMap<Request, Promise<unknown>>();
  return (request) => {
    const found = asked.get(request) ?? (async () => context(request))();
    asked.set(request, found);
    return found;
  };
}

/** Renders a component into a page. What `mount` or `render` throws goes to `failed()`, or else to the caller. */
export async function renderStatic(
  parts: RenderParts,
  request: Request,
  type: ComponentClass,
  session: unknown,
): Promise<Html> {
  const { settings, contextOf } = parts;
  checkRegistered(settings, type);
  checkSession(type, session);
  const sessionId = claimSession(request);
  const response = request.res;
  if (response && !response.headersSent && !response.getHeader('Cache-Control')) {
    // a copy in a cache would hold somebody's token, and ids that are live elsewhere
    response.setHeader('Cache-Control', 'private, no-cache');
  }
  settings.engine.use(request.app);
  const visit = { sessionId, context: await contextOf(request), url: pageUrl(request) };
  const scope = scopeOf(type);
  const owner = ownerOf(scope, sessionId);
  const id = scope === 'page' ? settings.clock.id() : sharedId(type, session, owner);
  const filling = await renderOne(parts, visit, { id, type, session, scope, sessionId: owner });
  const { root = {} } = type as unknown as ComponentStatics;
  return writeRoot({ id, component: type.component, session: filling.session }, root, filling.content);
}

/** Who asks for a page. */
interface Visit {
  readonly sessionId: string;
  readonly context: unknown;
  readonly url: URL;
}

type Place = Pick<Child, 'id' | 'type' | 'session' | 'scope' | 'sessionId'>;

/** Renders one component, and the children that it asks for. `within` is the shared one that it stands in. */
async function renderOne(parts: RenderParts, visit: Visit, place: Place, within?: string): Promise<Filling> {
  const { settings, tokens } = parts;
  const { id, type, session, scope } = place;
  checkRegistered(settings, type);
  checkSession(type, session);
  const sign = (text: string) =>
    tokens.sign({ id, component: type.component, session, content: hashContent(text), within }, visit.sessionId);
  const live = liveContent(parts, place);
  if (live) return { session: sign(live.text), content: live.filled };
  const instance = createThrowAway(settings, visit, place);
  const text = String(await content(settings, instance, visit.url));
  const { asked } = instance.children.end();
  const inner = scope === 'page' ? undefined : id;
  const children = await Promise.all(
    asked.map(async (child) => [child.id, await renderOne(parts, visit, child, inner)] as const),
  );
  const byId = new Map(children);
  return { session: sign(text), content: fill(text, (child) => byId.get(child)) };
}

/** What a shared component shows now, where somebody sees it: a page starts from that. */
function liveContent({ registry, fillings }: RenderParts, { id, scope, sessionId }: Place) {
  const instance = scope === 'page' ? undefined : registry.instances.get(id);
  if (!instance?.content || instance.sessionId !== sessionId) return undefined;
  const text = textOf(instance.content);
  return { text, filled: fillings.fill(instance, text) };
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
  { context }: Visit,
  { id, type, session, scope, sessionId }: Place,
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
    turning: () => {},
    turned: () => {},
    thaw: () => {},
    attend: () => {
      throw new Error('nobody is there in a static render');
    },
    fill: (_, text) => text,
  };
  return new Instance({ id, type, session, context, sessionId, scope }, setup);
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

function checkRegistered(settings: Settings, type: ComponentClass): void {
  if (settings.components.get(type?.component) === type) return;
  const name = type?.name ?? String(type);
  throw new LiveError(
    'ERR_LIVE_UNREGISTERED',
    `live.render(): ${name} is not registered. Add it: liveview({ components: [${name}] }).`,
  );
}
