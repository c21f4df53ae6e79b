// Owns one node's process: it is started, and started again a moment after it has ended.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { launch } from './programs.ts';
import type { NodeStatus, Order } from './roster.ts';

/** Milliseconds for which a node that has ended stays away. */
const PAUSE = 1_500;

export class Supervised {
  status: NodeStatus;
  readonly #env: NodeJS.ProcessEnv;
  readonly #changed: () => void;
  #child: ChildProcess | undefined;

  constructor(name: string, env: NodeJS.ProcessEnv, changed: () => void) {
    this.status = { name, pid: 0, state: 'starting', streams: 0 };
    this.#env = { ...env, NODE_NAME: name };
    this.#changed = changed;
  }

  /** Resolves when the node takes requests; rejects where it ends before. */
  start(): Promise<void> {
    const { name } = this.status;
    const say = (line: string) => console.log(`${name} | ${line}`);
    const program = join(import.meta.dirname, 'node.js');
    const child = launch(process.execPath, [program], { env: this.#env, ipc: true, say });
    this.#child = child;
    this.#set({ pid: child.pid ?? 0, state: 'starting' });
    return new Promise((resolve, reject) => {
      child.on('message', ({ streams }: { streams: number }) => {
        this.#set({ streams, ...(this.status.state === 'starting' ? { state: 'up' } : {}) });
        resolve();
      });
      child.once('close', (code, signal) => {
        this.#set({ state: 'down', streams: 0 });
        say(`has ended (${signal ?? code})`);
        reject(new Error(`Node ${name} ended before it took requests. What it said is above.`));
        setTimeout(() => this.start().catch(() => {}), PAUSE);
      });
    });
  }

  /** Sends a signal to the process that is meant, if it is this one. */
  obey({ pid, signal }: Order): void {
    if (pid !== this.status.pid || this.status.state === 'down') return;
    this.#set({ state: signal === 'SIGKILL' ? 'down' : 'draining' });
    this.#child?.kill(signal);
  }

  #set(change: Partial<NodeStatus>): void {
    const before = JSON.stringify(this.status);
    this.status = { ...this.status, ...change };
    if (JSON.stringify(this.status) !== before) this.#changed();
  }
}
