// What readers that stop reading cost: bundles bench/slow/ and runs it against the built package. `node bench/slow.mjs`; the last line is JSON.
import { build } from 'esbuild';

await build({
  entryPoints: ['run', 'server', 'absorb'].map((name) => `bench/slow/${name}.ts`),
  outdir: 'dist/bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  // without the paths of tsconfig.json, which lead to the sources instead of the built package
  tsconfigRaw: {},
});
const { main } = await import(new URL('../dist/bench/run.mjs', import.meta.url));
await main(process.argv.slice(2));
