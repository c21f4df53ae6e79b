// Owns `cluster`: its parts are TypeScript, which shares the nodes and the viewers with the tests.
import { bundle } from '../../scripts/bundle.mjs';

export async function cluster(options) {
  await bundle(
    'cluster',
    ['run', 'node'].map((name) => `bench/cluster/${name}.ts`),
  );
  const run = await import(new URL('../../dist/cluster/run.mjs', import.meta.url));
  return run.cluster(options);
}
