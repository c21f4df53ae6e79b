// Owns a server's process as the load generator sees it.
import { fork } from 'node:child_process';
import { clients } from './load/clients.mjs';
import { SYSTEMS } from './systems.mjs';

const serve = new URL('serve.mjs', import.meta.url);

/** A running server: `ask` it, `open` a viewer of it, `stop` it. */
export class Child {
  #process;
  #asked = new Map();
  #count = 0;

  static async start(name, execArgv = []) {
    const child = new Child();
    const env = { ...process.env, NODE_ENV: 'production' };
    child.#process = fork(serve, [name], { execArgv: ['--expose-gc', ...execArgv], env });
    const { port, note } = await new Promise((ready, failed) => {
      child.#process.once('message', ready);
      child.#process.once('exit', () => failed(new Error(`the server ${name} did not start`)));
    });
    child.#process.on('message', ({ id, answer }) => child.#answered(id, answer));
    const { client } = SYSTEMS[name];
    return Object.assign(child, { name, port, note, open: (options) => clients[client](port, options) });
  }

  ask(ask, arg) {
    return new Promise((done) => {
      this.#asked.set(++this.#count, done);
      this.#process.send({ ask, arg, id: this.#count });
    });
  }

  #answered(id, answer) {
    this.#asked.get(id)?.(answer);
    this.#asked.delete(id);
  }

  /** Microseconds of CPU that the process has used. */
  async cpu() {
    const { user, system } = await this.ask('cpu');
    return user + system;
  }

  async stop() {
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.ask('exit');
    await gone;
  }
}
