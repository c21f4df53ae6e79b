// The soak test, viewers and server: npm run soak -- --minutes 10 --json
import { runBundled } from './bundle.mjs';

await runBundled('soak', ['test/soak/run.ts', 'test/soak/server.ts']);
