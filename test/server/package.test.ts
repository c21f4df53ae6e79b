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

test('./redis says what to install where the redis package is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liveview-package-'));
  const copy = join(folder, 'node_modules/htmx-liveview');
  for (const path of ['package.json', 'dist/server', 'dist/views'])
    cpSync(join(root, path), join(copy, path), { recursive: true });
  const text =
    "import { redisBackplane } from 'htmx-liveview/redis'; redisBackplane().catch(({ message }) => console.log(message))";
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder, encoding: 'utf8' });
  expect(said).toContain('ERR_LIVE_REDIS_MISSING: redisBackplane(): needs the package redis. Run: npm install redis.');
  rmSync(folder, { recursive: true });
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
