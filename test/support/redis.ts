// A Redis of a test's own. Without redis-server its suites are skipped.
import { describe } from 'vitest';
import { hasRedis } from './redis-server.ts';

export { Redis } from './redis-server.ts';

const isThere = hasRedis();

/** A suite that needs Redis; where there is none it says so. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (!isThere)
    console.log(`Skipped: ${name}, because redis-server is not installed (set REDIS_SERVER to where it is).`);
  describe.skipIf(!isThere)(name, suite);
}
