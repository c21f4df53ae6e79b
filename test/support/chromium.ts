// Starts one Chromium for all browser suites, and says where it is. Without one the suites are skipped, except in CI.
import { type BrowserServer, chromium } from 'playwright-core';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { findShell } from '../../scripts/chromium.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    chromium: string;
  }
}

let server: BrowserServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  const executablePath = findShell();
  if (!executablePath) {
    if (process.env.CI) throw new Error('The browser suites need Chromium, which is not installed.');
    console.log('Skipped: the browser suites, because Chromium is not installed (set CHROMIUM to its path).');
    project.provide('chromium', '');
    return;
  }
  const args =
    '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync';
  // a host whose pages are no secure context, as those of 127.0.0.1 are
  const insecure = '--host-resolver-rules=MAP insecure.test 127.0.0.1';
  server = await chromium.launchServer({ executablePath, args: [...args.split(' '), insecure] });
  project.provide('chromium', server.wsEndpoint());
}

export async function teardown(): Promise<void> {
  await server?.close();
}
