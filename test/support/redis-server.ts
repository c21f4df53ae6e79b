// A redis-server of one's own: a loopback port, a fresh folder, started and stopped by whoever needs it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

const PROGRAM = process.env.REDIS_SERVER ?? 'redis-server';

/** Options with which Redis itself loses nothing that it has acknowledged, however it ends. */
export const KEEPS_ALL = ['--appendonly', 'yes', '--appendfsync', 'always'] as const;

/** Whether there is a redis-server here. */
export function hasRedis(): boolean {
  return spawnSync(PROGRAM, ['--version']).status === 0;
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

  /** Ends it at once, as a crash would; or with SIGTERM, as its operator would. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
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

  /** Asks it something. */
  async ask<Answer>(work: (client: ReturnType<typeof createClient>) => Promise<Answer>): Promise<Answer> {
    const client = createClient({ url: this.url }) as ReturnType<typeof createClient>;
    await client.connect();
    return work(client).finally(() => client.destroy());
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
