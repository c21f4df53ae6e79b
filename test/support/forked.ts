// Owns a second process that answers questions, one at a time.
import { type ChildProcess, fork } from 'node:child_process';

/** Code that was compiled stays: what the engine drops and compiles again would look like growth. */
const ARGS = ['--expose-gc', '--no-flush-bytecode', '--disable-warning=ExperimentalWarning'];

/** A process that was started from a built file. It ends with this one. */
export class Forked {
  readonly #child: ChildProcess;

  constructor(file: URL) {
    this.#child = fork(file, { execArgv: ARGS, env: { ...process.env, NODE_ENV: 'production' } });
    process.once('exit', () => this.stop());
  }

  /** Asks, and gives the answer. */
  ask<Answer>(question: unknown): Promise<Answer> {
    this.#child.send(question as string);
    return this.answer();
  }

  /** What it says next. */
  answer<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const died = () => reject(new Error('the other process has died'));
      this.#child.once('exit', died).once('message', (message) => {
        this.#child.off('exit', died);
        resolve(message as Answer);
      });
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
