// Bundles the soak test, viewers and server, and runs it against the built package: npm run soak -- --minutes 10 --json
import { build } from 'esbuild';

await build({
  entryPoints: ['test/soak/run.ts', 'test/soak/server.ts'],
  outdir: 'dist/soak',
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
const { main } = await import(new URL('../dist/soak/run.mjs', import.meta.url));
await main(process.argv.slice(2));
