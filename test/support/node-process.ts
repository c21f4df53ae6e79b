// Owns node processes as whoever starts them sees them: started, killed, drained, asked.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Milliseconds after which a node that does not start is tried again, as a supervisor would. */
const AGAIN = 200;
/** Milliseconds after which one that does not end by itself is killed. */
const STUCK = 30_000;

/** One node, over all its lives. */
export class NodeProcess {
  /** Where it takes requests; undefined while it does not run. */
  port: number | undefined;
  /** Whether it has been told to go. */
  isDraining = false;
  /** How often it had to be killed because it did not end. */
  stuck = 0;
  #child: ChildProcess | undefined;
  #exited: Promise<undefined> = Promise.resolve(undefined);
  #isStopped = false;
  readonly #program: URL;
  readonly #env: NodeJS.ProcessEnv;

  constructor(program: URL, env: NodeJS.ProcessEnv) {
    this.#program = program;
    this.#env = { ...process.env, NODE_ENV: 'production', ...env };
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  /** Starts it, and again where it can't, until it says its port. */
  async start(): Promise<void> {
    while (!this.port && !this.#isStopped) {
      const child = fork(this.#program, { execArgv: ['--disable-warning=ExperimentalWarning'], env: this.#env });
      this.#child = child;
      this.isDraining = false;
      this.#exited = once(child, 'exit').then(() => {
        if (this.#child === child) this.port = undefined;
        return undefined;
      });
      const said = await this.#said(child);
      if (said) this.port = (said as { port: number }).port;
      else await pause(AGAIN);
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.port = undefined;
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Tells it to go, and waits until it has. */
  async drain(): Promise<void> {
    const child = this.#child;
    if (!child || !this.port) return;
    this.isDraining = true;
    child.kill('SIGTERM');
    if (!(await Promise.race([this.#exited, pause(STUCK).then(() => true)]))) return;
    this.stuck++;
    await this.kill();
  }

  /** It stays connected, and does nothing. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** It goes on where it was. */
  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Asks it; undefined where it ends meanwhile. */
  async ask<Answer>(question: unknown): Promise<Answer | undefined> {
    const child = this.#child;
    if (!child || !this.port) return undefined;
    child.send(question as string);
    const said = await this.#said(child);
    return (said as { answer: Answer } | undefined)?.answer;
  }

  /** Its next message; undefined where it ends before. */
  #said(child: ChildProcess): Promise<unknown> {
    return Promise.race([new Promise((resolve) => child.once('message', resolve)), this.#exited]);
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.kill();
  }
}
