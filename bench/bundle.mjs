// Owns what a browser loads of a peer: what it publishes, minified, all of it in one file.
import { build } from 'esbuild';

/** The client of LiveViewJS: that of Phoenix LiveView, in the version it was written for. Later ones can't read its lists. */
export const PHOENIX = `import 'phoenix_html'; import { Socket } from 'phoenix'; import { LiveSocket } from 'phoenix_live_view';
const csrf = document.querySelector('meta[name=csrf-token]').content;
new LiveSocket('/live', Socket, { params: { _csrf_token: csrf } }).connect();`;

export async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['htmx.org'],
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return Buffer.from(outputFiles[0].contents);
}
