import { defineConfig } from 'vitest/config';

const alias = {
  'htmx-liveview/redis': new URL('./server/redis-backplane.ts', import.meta.url).pathname,
  'htmx-liveview/views': new URL('./views/index.ts', import.meta.url).pathname,
  'htmx-liveview': new URL('./server/index.ts', import.meta.url).pathname,
};
const project = (name: string, options: object = {}) => ({
  esbuild: { jsx: 'automatic' as const, jsxImportSource: '@kitajs/html' },
  resolve: {
    alias: [
      { find: /^htmx-liveview\/redis$/, replacement: alias['htmx-liveview/redis'] },
      { find: /^htmx-liveview\/views$/, replacement: alias['htmx-liveview/views'] },
      { find: /^htmx-liveview$/, replacement: alias['htmx-liveview'] },
    ],
  },
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', { testTimeout: 60_000 }),
      project('server', { testTimeout: 30_000 }),
      // the same behaviours, with signed POSTs answered before Express
      {
        ...project('server', {
          name: 'attach',
          testTimeout: 30_000,
          env: { ATTACH: '1' },
          include: [
            'live',
            'answers',
            'children',
            'limits',
            'refusals*',
            'uploads*',
            'streams',
            'pipes',
            'compression',
            'findings',
          ].map((name) => `test/server/${name}.test.ts`),
        }),
      },
      project('browser', { testTimeout: 90_000, hookTimeout: 60_000, globalSetup: ['test/support/chromium.ts'] }),
      // slow, and of browsers that are not everywhere: run by itself, with npm run test:engines
      project('engines', { testTimeout: 90_000, hookTimeout: 60_000, maxWorkers: 1 }),
    ],
  },
});
