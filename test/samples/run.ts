// Owns the running of a sample: its module is imported, what it listens on is asked for a page, its components are mounted, and all is ended.
// In: a made module. Out: nothing; it rejects with what went wrong, and where.
import { type AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import express from 'express';
import type { ComponentClass } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { vi } from 'vitest';
import { FOLDER, placeOf } from './compile.ts';
import { COMPONENTS, isForPage, type Made } from './module.ts';
import { enterPage } from './page.ts';
import * as prelude from './prelude.ts';

const { fetch } = globalThis;

/** What a component of a sample finds in `this.session` and in `this.context`, besides what its class says of them. */
const SESSION = { start: 0, id: 'c1', room: 'lobby', name: 'Ada', question: 'Tea?', shop: 'main' };
const CONTEXT = { user: prelude.user, owner: prelude.user.id };

/** Runs a sample to its end. */
export async function run(made: Made): Promise<void> {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const handlers = process.listeners('SIGTERM');
  const added = () => process.listeners('SIGTERM').filter((handler) => !handlers.includes(handler));
  const [opened, closeServers] = watchServers();
  const leave = enter(made);
  try {
    await prelude.renew(made.uses);
    const module = await import(join(FOLDER, made.path));
    for (const component of module[COMPONENTS]) await mount(made, component, module[COMPONENTS]);
    for (const server of opened) await ask(server);
    for (const handler of added()) await handler('SIGTERM');
    await prelude.tidy();
    const [words] = said.mock.calls;
    if (words)
      throw new Error(`console.error: ${words.map((it) => (typeof it === 'string' ? it : inspect(it))).join(' ')}`);
  } catch (error) {
    throw explain(made, error);
  } finally {
    await prelude.tidy();
    closeServers();
    for (const handler of added()) process.off('SIGTERM', handler);
    leave();
    said.mockRestore();
  }
}

/** The surroundings: a quiet console, no hosts but those here, and a page where the sample is for one. Gives how to leave them. */
function enter({ sample }: Made): () => void {
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn')].map((it) => it.mockImplementation(() => {}));
  const isHere = (url: string) => /^(?:localhost|127\.0\.0\.1)$/.test(new URL(url).hostname);
  const elsewhere = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    return isHere(input instanceof Request ? input.url : String(input)) ? fetch(input, init) : Response.json([]);
  });
  const leavePage = isForPage(sample) ? enterPage() : () => {};
  return () => {
    leavePage();
    for (const spy of [...spies, elsewhere]) spy.mockRestore();
  };
}

/** Views of any name: what the sample's own app would have. */
class AnyView {
  readonly path: string;
  constructor(name: string) {
    this.path = name;
  }
  render(_locals: object, done: (error: null, text: string) => void): void {
    done(null, `<p>${this.path}</p>`);
  }
}

async function mount(
  { sample }: Made,
  component: ComponentClass,
  components: readonly ComponentClass[],
): Promise<void> {
  const { name } = component as unknown as { name: string };
  if (typeof component.component !== 'string') throw new Error(`class ${name} has no static component`);
  const said = fieldsIn(sample.code, name);
  const [session, context] = [SESSION, CONTEXT].map((one) => ({ ...one, ...said }));
  const named = new Map([...prelude.components, ...components, component].map((one) => [one.component, one]));
  const app = express().set('view', AnyView);
  try {
    const view = await mountLive(
      component as never,
      { session, context, app, components: [...named.values()] } as never,
    );
    await (view as { close(): Promise<void> }).close();
  } catch (error) {
    const cause = error as Error;
    const found = [session, context].map((it) => inspect(it, { breakLength: Infinity })).join(' and context ');
    cause.message += ` (${name} was mounted, with session ${found})`;
    throw cause;
  }
}

/** Values for the fields of a component's session and context that are plain: `LiveComponent<{ room: string }>`. */
function fieldsIn(code: string, name: string): Record<string, unknown> {
  const [, types = ''] = new RegExp(`class ${name} extends LiveComponent<(.*)> \\{`).exec(code) ?? [];
  const values = { string: 'some', number: 3, boolean: true };
  const fields = [...types.matchAll(/(\w+)\??: (string|number|boolean)\b/g)];
  return Object.fromEntries(fields.map(([, field = '', type]) => [field, values[type as keyof typeof values]]));
}

/** A sample says `listen(3000)`: it gets any port, and is closed when it is over. */
function watchServers(): [Server[], () => void] {
  const opened: Server[] = [];
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: any[]) {
    if (typeof args[0] !== 'number' || args[0] === 0) return listen.apply(this, args as never);
    opened.push(this);
    const done = args.find((it) => typeof it === 'function');
    return listen.apply(this, [0, '127.0.0.1', done] as never);
  } as typeof listen;
  const close = () => {
    Server.prototype.listen = listen;
    for (const server of opened) {
      (server as { closeAllConnections?(): void }).closeAllConnections?.();
      server.close();
    }
  };
  return [opened, close];
}

/** A whole program answers: whatever it is, but not that it has failed. */
async function ask(server: Server): Promise<void> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  });
  if (status >= 500) throw new Error(`its server answers GET / with ${status}`);
}

function explain(made: Made, error: unknown): Error {
  const stack = String((error as Error)?.stack);
  const line = new RegExp(`${made.path.replace(/\W/g, '\\$&')}:(\\d+)`).exec(stack)?.[1];
  const message = error instanceof Error ? error.message : inspect(error);
  return new Error(`${placeOf(made, Number(line ?? 1))} (${made.sample.about}): ${message}`, { cause: error });
}
