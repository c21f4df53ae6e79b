// Owns a real proxy or browser as a process: its files in a folder of its own, started in the foreground, stopped by its id.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a proxy is to listen, what is behind it, and a folder for its files. */
export interface Ground {
  readonly port: number;
  readonly behind: number;
  readonly folder: string;
}

/** How a program is started. */
export interface Recipe {
  readonly command: string;
  readonly args: readonly string[];
  /** Files in the folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

const START_MS = 10_000;
const STOP_MS = 3000;
const running = new Set<ChildProcess>();
const folders = new Set<string>();

// an interrupted run leaves nothing behind
process.once('exit', () => {
  for (const child of running) killGroup(child, 'SIGKILL');
  for (const folder of folders) removeFolder(folder);
});

/** Where a program is, or undefined. System programs are often not on a user's path. */
export function findProgram(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return places.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Calls `work` with a folder that programs may write to that give root up, and removes it. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await makeFolder();
  try {
    return await work(folder);
  } finally {
    removeFolder(folder);
  }
}

/** A new folder, which goes with this process at the latest. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lv-proxies-'));
  folders.add(folder);
  await chmod(folder, 0o777);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Starts a program and waits until it listens; gives how to stop it. */
export async function startProgram(
  recipe: Recipe,
  { port, folder }: Pick<Ground, 'port' | 'folder'>,
): Promise<() => Promise<void>> {
  for (const [name, text] of Object.entries(recipe.files ?? {})) await writeFile(join(folder, name), text);
  const child = spawn(findProgram(recipe.command) ?? recipe.command, recipe.args, {
    cwd: folder,
    env: { ...process.env, ...recipe.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk).slice(-600);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.on('error', (error) => listen(Buffer.from(error.message)));
  const end = Date.now() + START_MS;
  while (!(await accepts(port))) {
    if (!hasEnded(child) && child.pid !== undefined && Date.now() < end) continue;
    await stop(child);
    throw new Error(`${recipe.command} did not start: ${said.trim().replace(/\s+/g, ' ')}`);
  }
  return () => stop(child);
}

async function accepts(port: number): Promise<boolean> {
  const isOpen = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
  if (!isOpen) await new Promise((resolve) => setTimeout(resolve, 40));
  return isOpen;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined && !hasEnded(child)) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => killGroup(child, 'SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
  killGroup(child, 'SIGKILL');
  running.delete(child);
}

/** A program's own children are in its group, so none is left behind. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // the group has ended
  }
}
