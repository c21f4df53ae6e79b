// The suites under other versions of Node, one after the other: npm run test:nodes
// With numbers, under those (npm run test:nodes -- 24); with --quick, what installs the package and what talks HTTP. What was built must be there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The versions that are supported beside the one that `npm test` runs under. */
const MAJORS = ['22', '24'];
/** What does not depend on a browser. */
const FULL = ['unit', 'server', 'attach', 'elsewhere', 'package'].flatMap((name) => ['--project', name]);
/** Suites that meet what differs between versions: modules, HTTP, streams, files, compression, timers. */
const QUICK = [
  ...['--project=unit', '--project=server', '--project=package'],
  ...['package/consumer', 'server/package', 'server/live.test', 'server/streams', 'server/uploads.test', 'unit/watch'],
];

const given = process.argv.slice(2);
const isQuick = given.includes('--quick');
const asked = given.filter((it) => it !== '--quick');
const wrong = asked.find((it) => !/^\d+$/.test(it));
if (wrong) throw new Error(`test:nodes: expected major versions of Node, or --quick, got ${wrong}. Example: 22 24.`);

const results = [];
for (const major of asked.length > 0 ? asked : MAJORS) {
  const node = install(major);
  if (node) results.push(runUnder(node));
}
if (results.length > 0) console.table(results);
process.exitCode = results.every(({ failed, passed }) => failed === 0 && passed > 0) ? 0 : 1;

/** The path of the newest Node of a major version, from the npm package `node`. */
function install(major) {
  const place = join('node_modules/.cache/htmx-liveview', `node-${major}`);
  const program = join(place, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  console.log(`Installing Node ${major}…`);
  const args = ['install', '--prefix', place, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  spawnSync('npm', [...args, `node@${major}`], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (existsSync(program)) return program;
  const missing = `Node ${major} could not be installed by npm`;
  if (process.env.CI) throw new Error(`${missing}.`);
  console.log(`Skipped: ${missing}.`);
  return undefined;
}

/** Runs the suites, and counts. What they start by themselves, such as npm, is to find the same Node. */
function runUnder(program) {
  const node = join(process.cwd(), program);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\nNode ${version}:`);
  const folder = mkdtempSync(join(tmpdir(), 'liveview-nodes-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const env = { ...process.env, PATH: `${join(node, '..')}${delimiter}${process.env.PATH}` };
  const start = performance.now();
  const suites = isQuick ? QUICK : FULL;
  const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...suites, ...reporters], {
    stdio: 'inherit',
    env,
  });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  rmSync(folder, { recursive: true });
  const { numPassedTests: passed = 0, numFailedTests = 0, numPendingTests: skipped = 0 } = report;
  // a suite that could not start has no tests that failed
  const failed = status === 0 ? 0 : Math.max(1, numFailedTests);
  return { node: version, passed, failed, skipped, seconds: Math.round((performance.now() - start) / 1000) };
}
