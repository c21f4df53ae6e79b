import { defineConfig } from 'vitest/config';

const alias = {
  'htmx-liveview/redis': new URL('./server/redis-backplane.ts', import.meta.url).pathname,
  'htmx-liveview/testing': new URL('./server/testing.ts', import.meta.url).pathname,
  'htmx-liveview/views': new URL('./views/index.ts', import.meta.url).pathname,
  'htmx-liveview': new URL('./server/index.ts', import.meta.url).pathname,
};
const project = (name: string, options: object = {}) => ({
  esbuild: { jsx: 'automatic' as const, jsxImportSource: '@kitajs/html' },
  resolve: {
    alias: [
      { find: /^htmx-liveview\/redis$/, replacement: alias['htmx-liveview/redis'] },
      { find: /^htmx-liveview\/testing$/, replacement: alias['htmx-liveview/testing'] },
      { find: /^htmx-liveview\/views$/, replacement: alias['htmx-liveview/views'] },
      { find: /^htmx-liveview$/, replacement: alias['htmx-liveview'] },
    ],
  },
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

/** The suites whose behaviours are the same however a POST comes in; and those of streams, and of what is shared on a node. */
const POSTS = ['live', 'answers', 'children', 'refusals*', 'uploads*', 'compression', 'findings'];
const STREAMS = ['inspector', 'limits', 'streams', 'pipes', 'scope', 'viewers'];
const again = (name: string, env: Record<string, string>, suites: readonly string[]) =>
  project('server', { name, env, testTimeout: 30_000, include: suites.map((suite) => `test/server/${suite}.test.ts`) });

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', { testTimeout: 60_000 }),
      project('server', { testTimeout: 30_000 }),
      // the same behaviours, with signed POSTs answered before Express; and with every request but the stream's at another node
      again('attach', { ATTACH: '1' }, [...POSTS, ...STREAMS]),
      again('elsewhere', { ELSEWHERE: '1' }, POSTS),
      project('browser', {
        testTimeout: 90_000,
        hookTimeout: 60_000,
        globalSetup: ['test/support/chromium.ts'],
      }),
      // what npm publishes, and projects that install it
      project('package', { testTimeout: 180_000, globalSetup: ['test/support/packed.ts'] }),
      // slow, and of browsers that are not everywhere: run by itself, with npm run test:engines
      project('engines', { testTimeout: 90_000, hookTimeout: 60_000, maxWorkers: 1 }),
    ],
  },
});
