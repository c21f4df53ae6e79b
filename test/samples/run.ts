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
import { COMPONENTS, type Made } from './module.ts';
import * as prelude from './prelude.ts';

/** What any component of a sample finds in `this.session`, and in `this.context`. */
const SESSION = { start: 0, id: 'c1', room: 'lobby', name: 'Ada', question: 'Tea?', shop: 'main' };
const CONTEXT = { user: prelude.user, owner: prelude.user.id };

/** An app with view engines: `counter` is a view of it. */
const VIEWS = express()
  .set('view engine', 'ejs')
  .set('views', join(import.meta.dirname, 'views'));

/** Whether a sample is for a browser: it is compiled only. */
export function isForBrowser({ sample }: Made): boolean {
  return /(?<![.\w'"`-])(?:document|window|htmx|customElements)\b\.?/.test(
    sample.code.replace(/\/\/.*$|'[^'\n]*'|"[^"\n]*"/gm, ''),
  );
}

/** Runs a sample to its end. */
export async function run(made: Made): Promise<void> {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const quiet = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn')].map((it) => it.mockImplementation(() => {}));
  const [opened, close] = watchServers();
  const handlers = process.listeners('SIGTERM');
  try {
    await prelude.renew(made.uses);
    const module = await import(join(FOLDER, made.path));
    for (const component of module[COMPONENTS] as ComponentClass[]) await mount(component, module[COMPONENTS]);
    for (const server of opened) await ask(server);
    for (const handler of process.listeners('SIGTERM')) if (!handlers.includes(handler)) await handler('SIGTERM');
    await prelude.tidy();
    const [first] = said.mock.calls;
    if (first)
      throw new Error(`console.error: ${first.map((it) => (typeof it === 'string' ? it : inspect(it))).join(' ')}`);
  } catch (error) {
    throw explain(made, error);
  } finally {
    await prelude.tidy();
    close();
    for (const handler of process.listeners('SIGTERM'))
      if (!handlers.includes(handler)) process.off('SIGTERM', handler);
    for (const spy of [said, ...quiet]) spy.mockRestore();
  }
}

async function mount(component: ComponentClass, components: readonly ComponentClass[]): Promise<void> {
  if (typeof component.component !== 'string')
    throw new Error(`class ${(component as { name?: string }).name} has no static component`);
  const named = new Map([...prelude.components, ...components, component].map((one) => [one.component, one]));
  const options = { session: SESSION, context: CONTEXT, components: [...named.values()], app: VIEWS };
  const view = await mountLive(component as never, options as never);
  await (view as Awaited<ReturnType<typeof mountLive>>).close();
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
  const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { redirect: 'manual' });
  if (status >= 500) throw new Error(`its server answers GET / with ${status}`);
}

function explain(made: Made, error: unknown): Error {
  const stack = String((error as Error)?.stack);
  const line = new RegExp(`${made.path.replace(/\W/g, '\\$&')}:(\\d+)`).exec(stack)?.[1];
  const message = error instanceof Error ? error.message : inspect(error);
  return new Error(`${placeOf(made, Number(line ?? 1))} (${made.sample.about}): ${message}`, { cause: error });
}
