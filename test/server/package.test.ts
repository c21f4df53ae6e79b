// The built package, as a consumer loads it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const names = 'Object.keys(live).sort().join()';
const PUBLIC = 'Html,LiveComponent,LiveError,escapeHtml,html,liveview,raw,topic,unwrap';

test('import and require give the same public face', () => {
  expect(node('--input-type=module', '-e', `import * as live from 'htmx-liveview'; console.log(${names})`)).toBe(
    PUBLIC,
  );
  expect(node('--input-type=commonjs', '-e', `const live = require('htmx-liveview'); console.log(${names})`)).toBe(
    PUBLIC,
  );
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
