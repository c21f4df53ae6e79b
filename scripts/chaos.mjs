// Bundles the chaos client and runs it against the built package: npm run chaos -- --seconds 30 --seed 1 --json
import { build } from 'esbuild';

const outfile = 'dist/chaos/run.mjs';
await build({
  entryPoints: ['test/chaos/run.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  tsconfigRaw: {}, // without its paths: the built package is what runs
  logLevel: 'warning',
});
const { main } = await import(new URL(`../${outfile}`, import.meta.url));
await main(process.argv.slice(2));
