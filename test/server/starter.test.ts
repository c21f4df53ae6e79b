// The starter, as a new user gets it: from the packed package, by its program, into an empty folder, with what npm installs there.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectLive } from 'htmx-liveview/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'bin/htmx-liveview.mjs');
const folder = mkdtempSync(join(tmpdir(), 'liveview-starter-'));
const app = join(folder, 'my-shop');
const read = (file: string) => readFileSync(join(app, file), 'utf8');
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: app, encoding: 'utf8', stdio: 'pipe' });
const make = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
const running: ChildProcess[] = [];

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('npx htmx-liveview', () => {
  test.each([
    [[], 'Say which: npx htmx-liveview my-app'],
    [['My Shop'], "'My Shop' can't be the name of a package"],
    [['../.hidden'], "'.hidden' can't be the name of a package"],
    [['full'], 'full is not empty. Nothing was made.'],
    [['full/mine.txt'], 'full/mine.txt is no folder. Nothing was made.'],
    [['full/nowhere'], 'full/nowhere is no folder. Nothing was made.'],
  ])('refuses %j', (args, said) => {
    mkdirSync(join(folder, 'full'), { recursive: true });
    writeFileSync(join(folder, 'full/mine.txt'), 'mine');
    rmSync(join(folder, 'full/nowhere'), { force: true });
    symlinkSync('gone', join(folder, 'full/nowhere'));
    const { status, stderr } = make(...args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
    expect(readdirSync(folder)).toEqual(['full']);
    expect(readdirSync(join(folder, 'full')).sort()).toEqual(['mine.txt', 'nowhere']);
  });
});

describe('the starter', () => {
  let tarball = '';

  beforeAll(() => {
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    tarball = join(folder, /"filename":\s*"([^"]+)"/.exec(packed)?.[1] ?? '');
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    execFileSync('tar', ['-xzf', tarball, '-C', inside]);
    const { bin } = JSON.parse(readFileSync(join(inside, 'package/package.json'), 'utf8'));
    const args = [join(inside, 'package', bin), 'my-shop'];
    const said = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(said).toMatch(/cd my-shop && npm install\n {2}npm run dev\n$/);
    npm('install', tarball, '--no-audit', '--no-fund', '--prefer-offline');
  }, 240_000);

  test('has a name, secrets and a .gitignore of its own, and the version that it came with', () => {
    const { name, dependencies } = JSON.parse(readFileSync(join(root, 'examples/starter/package.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect([name, dependencies['htmx-liveview']]).toEqual(['my-app', `^${version}`]);
    expect(JSON.parse(read('package.json')).name).toBe('my-shop');
    const [session, live] = [...read('.env').matchAll(/SECRET=(.*)/g)].map(([, secret = '']) => secret);
    expect([session?.length, live?.length]).toEqual([44, 44]);
    expect(session).not.toBe(live);
    expect(statSync(join(app, '.env')).mode & 0o77).toBe(0);
    expect(read('.gitignore').split('\n')).toContain('.env');
    expect(existsSync(join(app, 'gitignore'))).toBe(false);
  });

  test('type-checks, passes its own test, and builds', () => {
    npm('run', 'typecheck');
    expect(npm('test')).toMatch(/pass 2\n.*fail 0/);
    npm('run', 'build');
  }, 120_000);

  test('says which secret is missing, and what to do', () => {
    const env = { ...process.env, SESSION_SECRET: 'x'.repeat(32), LIVE_SECRET: '' };
    const { status, stderr } = spawnSync(process.execPath, [join(app, 'dist/server.js')], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Missing: LIVE_SECRET\..*\n.*LIVE_SECRET=.*>> \.env\n$/),
    ]);
  });

  test.each(['development', 'production'])(
    'is live in %s, and SIGTERM ends it cleanly',
    async (mode) => {
      const port = await freePort();
      const { NODE_ENV: _, ...others } = process.env; // that of this test
      const env = { ...others, PORT: String(port) };
      const [, ...start] = JSON.parse(read('package.json')).scripts.start.split(' ');
      const args = mode === 'production' ? start : ['--import', 'tsx', 'src/server.ts'];
      const child = spawn(process.execPath, args, { cwd: app, env, stdio: ['ignore', 'pipe', 'ignore'] });
      running.push(child);
      const ended = once(child, 'exit');
      const [said] = await Promise.race([once(child.stdout, 'data'), ended]);
      const url = `http://localhost:${port}`;
      const isProduction = mode === 'production';
      const told = `in development: pages show the errors of the server. Inspector: ${url}/live/inspector`;
      expect(String(said)).toBe(`${url} ${isProduction ? 'in production' : told}\n`);
      expect((await fetch(`${url}/live/inspector`)).status).toBe(isProduction ? 404 : 200);
      const error = await fetch(`${url}/htmx.js`, { headers: { range: 'bytes=99999999-' } });
      expect((await error.text()).includes('node_modules')).toBe(!isProduction); // a stack, on Express' own page

      const page = await connectLive(url);
      const view = page.view('app.Questions');
      await view.submit('form', { text: 'Will it end?' });
      await view.click('li:contains("Will it end?") button');
      expect(view.text).toContain('Will it end? ▲ 1');
      expect(page.$('script[src^="/"]').length).toBe(page.$('script').length);

      const { headers } = await fetch(`http://localhost:${port}`);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect([headers.get('x-content-type-options'), headers.get('x-powered-by')]).toEqual(['nosniff', null]);

      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      await page.close().catch(() => {});
    },
    60_000,
  );
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
