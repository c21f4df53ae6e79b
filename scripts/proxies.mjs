// Bundles the proxy suite and runs it against the built package: npm run proxies -- --json
import { build } from 'esbuild';

const outfile = 'dist/proxies/run.mjs';
await build({
  entryPoints: ['test/proxies/run.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  // without the paths of tsconfig.json, which lead to the sources instead of the built package
  tsconfigRaw: {},
});
const { main } = await import(new URL(`../${outfile}`, import.meta.url));
await main(process.argv.slice(2));
