// Owns how the long runs are started: bundles TypeScript that is not part of the package, and runs it against the built package.
import { basename } from 'node:path';
import { build } from 'esbuild';

/** Bundles `entries` into `dist/NAME/`; with `sources` they bring the sources of the package along, otherwise they run against what was built. */
export async function bundle(name, entries, { sources = false } = {}) {
  await build({
    entryPoints: entries,
    outdir: `dist/${name}`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    // the paths of tsconfig.json lead to the sources instead of the built package
    ...(sources ? {} : { tsconfigRaw: {} }),
  });
}

/** Bundles `entries` into `dist/NAME/`, and calls `main` of the first with the command line. */
export async function runBundled(name, entries) {
  await bundle(name, entries);
  const [first] = entries;
  const { main } = await import(new URL(`../dist/${name}/${basename(first, '.ts')}.mjs`, import.meta.url));
  await main(process.argv.slice(2));
}
