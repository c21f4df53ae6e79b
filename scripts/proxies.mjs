// The proxy suite: npm run proxies -- --json
import { runBundled } from './bundle.mjs';

await runBundled('proxies', ['test/proxies/run.ts']);
