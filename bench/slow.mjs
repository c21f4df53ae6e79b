// What readers that stop reading cost: npm run bench:slow; the last line is JSON.
import { runBundled } from '../scripts/bundle.mjs';

await runBundled(
  'bench',
  ['run', 'server', 'absorb'].map((name) => `bench/slow/${name}.ts`),
);
