// Builds dist/: the browser's file with esbuild, the server with tsc, the examples with esbuild.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { minify } from 'terser';
import { htmlData, webTypes } from './hints.mjs';

rmSync('dist', { recursive: true, force: true });

const extension = {
  bundle: true,
  format: 'iife',
  target: ['chrome100', 'firefox102', 'safari15.4'],
  sourcemap: true,
  logLevel: 'warning',
  define: { LIVEVIEW_BUILD: JSON.stringify(buildId()) },
};
await build({ ...extension, entryPoints: ['htmx-ext/index.ts'], outfile: 'dist/liveview.js' });
await buildSmall('index', 'liveview.min.js', true);
await buildSmall('shared', 'hub.js');
await buildSmall('sha', 'liveview-sha.js');
await buildSmall('tools/index', 'liveview-tools.js');

for (const project of ['tsconfig.build.json', 'tsconfig.page.json'])
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
for (const file of readdirSync('server/inspector').filter((name) => !name.endsWith('.ts')))
  copyFileSync(`server/inspector/${file}`, `dist/server/inspector/${file}`);

writeFileSync('dist/liveview.d.ts', "export type * from './htmx-ext/public.js';\n");
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const [file, hints] of [
  ['web-types', webTypes(version)],
  ['liveview.html-data', htmlData()],
])
  writeFileSync(`dist/${file}.json`, `${JSON.stringify(hints, null, 2)}\n`);

const sources = readdirSync('examples', { recursive: true }).filter(
  (file) => /\.tsx?$/.test(file) && !/^(?:starter|guides)\b/.test(file), // these are built where they are copied to
);
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

/** Writes a minified file. terser finds a few hundred bytes more than esbuild does. */
async function buildSmall(entry, file, hasMap = false) {
  const options = {
    entryPoints: [`htmx-ext/${entry}.ts`],
    outfile: `dist/${file}`,
    write: false,
    minifySyntax: true,
    sourcemap: 'external',
  };
  const { outputFiles } = await build({ ...extension, ...options });
  const [map, text] = outputFiles.map((it) => it.text);
  const { code, map: mapOfCode } = await minify(text, {
    ecma: 2020,
    toplevel: true,
    compress: { passes: 2 },
    format: { comments: /webpackIgnore|@vite-ignore/ },
    sourceMap: hasMap && { content: map, url: `${file}.map` },
  });
  writeFileSync(`dist/${file}`, code);
  if (hasMap) writeFileSync(`dist/${file}.map`, mapOfCode);
}

/** Tells builds of the extension apart: tabs share a stream with those of the same build only. */
function buildId() {
  const hash = createHash('sha256');
  for (const folder of ['htmx-ext', 'protocol'])
    for (const file of readdirSync(folder, { recursive: true }).sort())
      if (file.endsWith('.ts')) hash.update(readFileSync(`${folder}/${file}`));
  return hash.digest('hex').slice(0, 8);
}

/** The sources import `./x.ts`; what is built imports `./x.js`, as tsc writes it. */
async function rename({ path }) {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8');
  return { contents: text.replace(/(from '\.[^']*)\.tsx?'/g, "$1.js'"), loader: path.endsWith('x') ? 'tsx' : 'ts' };
}
