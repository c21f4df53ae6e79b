// Owns the entry: `npm run bench` measures everything, `npm run bench -- NAME --json` one thing, `--quick` within 50 seconds each.
import { check, writeBaseline } from './check.mjs';
import { browser } from './names/browser.mjs';
import { cluster } from './names/cluster.mjs';
import { compression } from './names/compression.mjs';
import { diff } from './names/diff.mjs';
import { fanOut } from './names/fan-out.mjs';
import { heap } from './names/heap.mjs';
import { inspector } from './names/inspector.mjs';
import { memory } from './names/memory.mjs';
import { profile } from './names/profile.mjs';
import { scale } from './names/scale.mjs';
import { size } from './names/size.mjs';
import { roundTrip, throughput } from './names/throughput.mjs';
import { wire } from './names/wire.mjs';

const NAMES = {
  throughput,
  'round-trip': roundTrip,
  memory,
  'fan-out': fanOut,
  compression,
  inspector,
  diff,
  wire,
  browser,
  size,
  scale,
  cluster,
};

/** Measures what is named, and prints it as a table. */
async function measure(name, options) {
  const start = performance.now();
  const result = await NAMES[name](options);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`\n${name} (${seconds} s${options.quick ? ', quick: for comparison only' : ''})`);
  print(result);
  return result;
}

/** A row for each system or figure, a column for each kind of it. */
function print({ notes = [], ...result }) {
  const rows = {};
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== 'object' || value === null) rows[name] = { ...rows[name], '': value };
    else for (const [key, figure] of Object.entries(value)) rows[key] = { ...rows[key], [name]: figure };
  }
  console.table(rows);
  for (const note of notes) console.log(`Note: ${note}.`);
}

const args = process.argv.slice(2);
const options = { quick: args.includes('--quick') };
const isJson = args.includes('--json');
const [name, ...rest] = args.filter((arg) => !arg.startsWith('--'));
const commands = {
  check: () => check(measure),
  baseline: () => writeBaseline(measure),
  profile: () => profile(rest),
  heap: () => heap(rest),
};

async function all() {
  const results = {};
  for (const each of Object.keys(NAMES)) results[each] = await measure(each, options);
  return results;
}

if (name && !NAMES[name] && !commands[name]) {
  console.error(`There is no ${name}; there are ${Object.keys({ ...NAMES, ...commands }).join(', ')}.`);
  process.exit(2);
}
const result = commands[name] ? await commands[name]() : name ? await measure(name, options) : await all();
if (isJson) console.log(JSON.stringify(result));
process.exit(process.exitCode ?? 0);
