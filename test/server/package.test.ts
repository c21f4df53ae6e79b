// The built package, as a consumer loads it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const names = 'Object.keys(live).sort().join()';
const PUBLIC = 'Html,LiveComponent,LiveError,escapeHtml,html,liveview,presence,raw,topic,unwrap';

test('import and require give the same public face', () => {
  expect(node('--input-type=module', '-e', `import * as live from 'htmx-liveview'; console.log(${names})`)).toBe(
    PUBLIC,
  );
  expect(node('--input-type=commonjs', '-e', `const live = require('htmx-liveview'); console.log(${names})`)).toBe(
    PUBLIC,
  );
});

test('./redis joins nodes, and is the only one that loads the redis package', () => {
  const loaded = 'Object.keys(require.cache).filter((file) => /node_modules.(@?redis)/.test(file)).length';
  const load = (name: string) => `require('${name}'); console.log(${loaded})`;
  expect(node('--input-type=commonjs', '-e', load('htmx-liveview'))).toBe('0');
  expect(node('--input-type=module', '-e', `import * as live from 'htmx-liveview/redis'; console.log(${names})`)).toBe(
    'redisBackplane',
  );
  // it is an optional peer: whoever imports this without it is told when it is asked to connect
  expect(node('--input-type=commonjs', '-e', load('htmx-liveview/redis'))).toBe('0');
});

test('./testing loads cheerio and eventsource when they are needed, and as import and require', () => {
  const loaded = 'Object.keys(require.cache).filter((file) => /node_modules.(cheerio|eventsource)/.test(file)).length';
  expect(node('--input-type=commonjs', '-e', `require('htmx-liveview/testing'); console.log(${loaded})`)).toBe('0');
  expect(
    node('--input-type=module', '-e', `import * as live from 'htmx-liveview/testing'; console.log(${names})`),
  ).toBe('connectLive,mountLive');
});

/** What a program says in an app that has this package and what its core needs, but none of its optional peers. */
function withoutPeers(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'liveview-package-'));
  const copy = join(folder, 'node_modules/htmx-liveview');
  for (const path of ['package.json', 'dist']) cpSync(join(root, path), join(copy, path), { recursive: true });
  for (const name of ['busboy', 'streamsearch'])
    cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return said;
}

test.each([
  [
    "import { redisBackplane } from 'htmx-liveview/redis'; redisBackplane()",
    'ERR_LIVE_REDIS_MISSING: redisBackplane(): needs the package redis. Run: npm install redis.',
  ],
  [
    "import { mountLive } from 'htmx-liveview/testing'; mountLive()",
    'ERR_LIVE_TEST_MISSING: mountLive(): needs the package cheerio. Run: npm install -D cheerio.',
  ],
  [
    "import { connectLive } from 'htmx-liveview/testing'; connectLive('http://localhost')",
    'ERR_LIVE_TEST_MISSING: connectLive(): needs the package cheerio. Run: npm install -D cheerio eventsource.',
  ],
])('what to install is said where an optional package is not: %s', (program, said) => {
  expect(withoutPeers(`${program}.catch(({ message }) => console.log(message))`)).toContain(said);
});

test('./views stands alone', () => {
  expect(
    node(
      '--input-type=commonjs',
      '-e',
      "const { html } = require('htmx-liveview/views'); console.log(String(html`<p>${'<'}</p>`))",
    ),
  ).toBe('<p>&lt;</p>');
});
