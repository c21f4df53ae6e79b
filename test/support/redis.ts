// A Redis of a test's own: a loopback port, a fresh folder, started and stopped by the test. Without redis-server its suites are skipped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

const PROGRAM = process.env.REDIS_SERVER ?? 'redis-server';
const isThere = spawnSync(PROGRAM, ['--version']).status === 0;

/** A suite that needs Redis; where there is none it says so. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (!isThere)
    console.log(`Skipped: ${name}, because redis-server is not installed (set REDIS_SERVER to where it is).`);
  describe.skipIf(!isThere)(name, suite);
}

/** One redis-server. */
export class Redis {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'liveview-redis-'));
  #process: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
  }

  /** Starts one, with more of redis-server's options. */
  static async start(...args: string[]): Promise<Redis> {
    const redis = new Redis(await freePort(), args);
    process.once('exit', redis.#clean);
    await redis.run();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Runs it, and waits until it takes connections. */
  async run(): Promise<void> {
    const fixed = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder, '--save', ''];
    const child = spawn(PROGRAM, [...fixed, ...this.#args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
        if (/Ready to accept connections/i.test(said)) resolve();
      });
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
    });
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** It stays connected, and says nothing. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** It goes on where it was. */
  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    process.off('exit', this.#clean);
    this.#clean();
  }

  /** Also where a test did not come to its end. */
  readonly #clean = (): void => {
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
