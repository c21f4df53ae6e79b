// The README's quick start, as a new user follows it: an empty folder, its commands, its app.js, and a click.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectLive } from 'htmx-liveview/testing';
import { afterAll, expect, inject, test } from 'vitest';
import { samplesOf } from '../samples/samples.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const start = readme.slice(readme.indexOf('## Start, in five minutes'), readme.indexOf('## What it does'));
const [install = '', run = ''] = [...start.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
const program = samplesOf('README.md').find(({ lang, about }) => lang === 'js' && /Start/.test(about))?.code ?? '';

const folder = mkdtempSync(join(tmpdir(), 'liveview-readme-'));
let server: ChildProcess | undefined;
afterAll(async () => {
  if (server?.pid && server.exitCode === null) {
    process.kill(-server.pid);
    await once(server, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** What is not published yet comes from the tarball; what was installed here before, from npm's cache. Says whether npm reached a registry. */
async function follow(commands: string): Promise<boolean> {
  const settings = { prefer_offline: 'true', audit: 'false', fund: 'false', update_notifier: 'false' };
  const env = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, value]);
  const ours = commands.replace(/\bhtmx-liveview\b/, inject('packed').tarball);
  try {
    await promisify(execFile)('bash', ['-ec', ours], {
      cwd: folder,
      env: { ...process.env, ...Object.fromEntries(env) },
    });
    return true;
  } catch (error) {
    const isOffline = /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)/.test(String(error));
    if (!isOffline || process.env.CI) throw error;
    console.log('Skipped: the quick start, because npm reaches no registry.');
    return false;
  }
}

/** The app listens on port 3000, which may be taken here: it gets a free one instead, and says which. */
const ANY_PORT = `import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (port, done) {
  return listen.call(this, 0, '127.0.0.1', () => { done?.(); console.log('port ' + this.address().port); });
};`;

test('an empty folder becomes a live page by the commands and the app.js of the README', async () => {
  expect(program.split('\n').length, 'lines of app.js').toBeLessThan(50);
  if (!(await follow(install))) return;
  expect(existsSync(join(folder, 'node_modules/htmx-liveview/dist/server/index.js'))).toBe(true);

  writeFileSync(join(folder, 'app.js'), program);
  writeFileSync(join(folder, 'any-port.mjs'), ANY_PORT);
  const env = { ...process.env, NODE_OPTIONS: '--import=./any-port.mjs' };
  server = spawn('bash', ['-ec', run], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const url = `http://127.0.0.1:${await portOf(server)}`;

  const page = await connectLive(url);
  expect(page.$('script').length).toBe(2);
  for (const script of page.$('script').toArray()) {
    const { status, headers } = await fetch(new URL(script.attribs.src as string, url));
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
  }
  const counter = page.view('demo.Counter');
  expect(counter.text).toContain('Count: 0');
  await counter.click('button');
  expect(counter.text).toContain('Count: 1');
  await page.close();
});

async function portOf({ stdout, stderr }: ChildProcess): Promise<string> {
  let said = '';
  for (const output of [stdout, stderr]) output?.on('data', (chunk) => (said += chunk));
  await expect.poll(() => /port (\d+)/.exec(said), { timeout: 20_000, message: said }).not.toBeNull();
  return /port (\d+)/.exec(said)?.[1] as string;
}
