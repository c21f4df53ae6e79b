// Owns the processes that the supervisor starts, and a folder for their files. Nothing of it outlives the supervisor, however that ends.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const folder = mkdtempSync(join(tmpdir(), 'liveview-cluster-'));
const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop(0));

/** Ends everything, and then says why. */
export function fail(reason: string): Promise<never> {
  return stop(1, reason);
}

async function stop(code: number, reason?: string): Promise<never> {
  // the last one first: no node is to complain of a Redis that has gone
  const ends = [...running].reverse().map((child) => {
    child.removeAllListeners(); // nor is it started again
    child.kill('SIGKILL');
    return once(child, 'close');
  });
  await Promise.all(ends);
  if (reason) console.error(reason);
  process.exit(code);
}

/** Starts a process, and prints or keeps each line that it says. */
export function launch(
  command: string,
  args: readonly string[],
  { env = process.env, ipc, say }: { env?: NodeJS.ProcessEnv; ipc?: boolean; say: (line: string) => void },
): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])];
  // a process group of its own: Ctrl-C is for the supervisor alone, who then ends it
  const child = spawn(command, args, { env, stdio, detached: true });
  running.add(child);
  for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', say);
  child.once('error', ({ message }) => say(message));
  child.once('close', () => running.delete(child));
  return child;
}

/** Starts a server that is to stay, and waits until it takes connections at `port`. */
export async function startServer(command: string, args: readonly string[], port: number): Promise<void> {
  const said: string[] = [];
  const child = launch(command, args, { say: (line) => void said.push(line) });
  child.once('close', () => fail(`${command} has ended, so everything else does.\n${said.slice(-20).join('\n')}`));
  while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 50));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A loopback port that nobody listens on: `wanted`, or any. Rejects where it is taken. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
