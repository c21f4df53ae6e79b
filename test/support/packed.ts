// Packs the package once for the suites that look at it as a consumer gets it. It must have been built.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the tarball, and of a folder that holds what was in it. */
    packed: { readonly tarball: string; readonly folder: string };
  }
}

const root = join(import.meta.dirname, '../..');
let place: string | undefined;

export function setup(project: TestProject): void {
  place = mkdtempSync(join(tmpdir(), 'liveview-packed-'));
  // without its scripts: they would build anew, under the other suites
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', place];
  const said = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ filename }] = JSON.parse(said);
  const tarball = join(place, filename);
  execFileSync('tar', ['-xzf', tarball, '-C', place]);
  project.provide('packed', { tarball, folder: join(place, 'package') });
}

export function teardown(): void {
  if (place) rmSync(place, { recursive: true });
}
