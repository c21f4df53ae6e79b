// The chaos client: npm run chaos -- --seconds 30 --seed 1 --json
import { runBundled } from './bundle.mjs';

await runBundled(
  'chaos',
  ['run', 'node', 'page'].map((name) => `test/chaos/${name}.ts`),
);
