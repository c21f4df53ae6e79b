// Builds dist/: the browser's file with esbuild, the server with tsc, the examples with esbuild.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

const extension = {
  entryPoints: ['htmx-ext/index.ts'],
  bundle: true,
  format: 'iife',
  target: ['chrome100', 'firefox102', 'safari15.4'],
  sourcemap: true,
  logLevel: 'warning',
  define: { LIVEVIEW_BUILD: JSON.stringify(buildId()) },
};
await build({ ...extension, outfile: 'dist/liveview.js' });
await build({ ...extension, outfile: 'dist/liveview.min.js', minify: true });
for (const [file, outfile] of [
  ['shared', 'hub'],
  ['sha', 'liveview-sha'],
])
  await build({
    ...extension,
    entryPoints: [`htmx-ext/${file}.ts`],
    outfile: `dist/${outfile}.js`,
    minify: true,
    sourcemap: false,
  });

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

const sources = readdirSync('examples', { recursive: true }).filter((file) => /\.tsx?$/.test(file));
await build({
  entryPoints: sources.map((file) => `examples/${file}`),
  outdir: 'dist/examples',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  jsxImportSource: '@kitajs/html',
  sourcemap: true,
  plugins: [{ name: 'extensions', setup: (it) => it.onLoad({ filter: /\.tsx?$/ }, rename) }],
});

/** Tells builds of the extension apart: tabs share a stream with those of the same build only. */
function buildId() {
  const hash = createHash('sha256');
  for (const folder of ['htmx-ext', 'protocol'])
    for (const file of readdirSync(folder).sort()) hash.update(readFileSync(`${folder}/${file}`));
  return hash.digest('hex').slice(0, 8);
}

/** The sources import `./x.ts`; what is built imports `./x.js`, as tsc writes it. */
async function rename({ path }) {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8');
  return { contents: text.replace(/(from '\.[^']*)\.tsx?'/g, "$1.js'"), loader: path.endsWith('x') ? 'tsx' : 'ts' };
}
