// Owns the comparison with baseline.json: ratios within one run, since absolute figures belong to a machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { HAS_PEERS } from './systems.mjs';

const FILE = new URL('baseline.json', import.meta.url);

/** What is measured: how much worse its ratios may get, and each ratio, written so that less is better. */
const CHECKS = {
  wire: {
    tolerance: 1.1,
    ratios: {
      'row_bytes to counter_bytes': (it) => it.row_bytes / it.counter_bytes,
      'row_bytes of 10000 rows to 1000': (it) => it.row_of_10000_bytes / it.row_bytes,
      'append_bytes to row_bytes': (it) => it.append_bytes / it.row_bytes,
      'cell_bytes to row_bytes': (it) => it.cell_bytes / it.row_bytes,
      'row_bytes to liveviewjs_row_bytes': (it) => it.row_bytes / it.liveviewjs_row_bytes,
    },
  },
  size: {
    tolerance: 1.1,
    ratios: {
      'ext_gzip to htmx_gzip': (it) => it.ext_gzip / it.htmx_gzip,
      'ext_gzip to liveviewjs_gzip': (it) => it.ext_gzip / it.liveviewjs_gzip,
    },
  },
  diff: {
    tolerance: 1.6,
    ratios: {
      'html_row_us to text_us': (it) => it.html_row_us / it.text_us,
      'html_append_us to text_us': (it) => it.html_append_us / it.text_us,
      'string_row_us to text_us': (it) => it.string_row_us / it.text_us,
      'string_append_us to text_us': (it) => it.string_append_us / it.text_us,
      'html_row_us of 10000 rows to 1000': ({ html_row_us_by_rows: it }) => it[10000] / it[1000],
    },
  },
  memory: {
    tolerance: 1.25,
    ratios: {
      'heap of ours to bare': ({ heap }) => heap.ours_kb / heap.bare_kb,
      'heap of ours_express to bare_express': ({ heap }) => heap.ours_express_kb / heap.bare_express_kb,
      'heap of ours to liveviewjs': ({ heap }) => heap.ours_kb / heap.liveviewjs_kb,
    },
  },
  throughput: {
    tolerance: 1.6,
    ratios: {
      'server_us of ours to bare': ({ server_us: it }) => it.ours / it.bare,
      'server_us of ours_express to bare_express': ({ server_us: it }) => it.ours_express / it.bare_express,
      'server_us of ours to liveviewjs': ({ server_us: it }) => it.ours / it.liveviewjs,
    },
  },
};

/** The ratios of one measurement; null where a peer is missing. */
async function ratiosOf(name, measure) {
  const result = await measure(name, { quick: true });
  const entries = Object.entries(CHECKS[name].ratios).map(([ratio, of]) => [ratio, rounded(of(result))]);
  return Object.fromEntries(entries);
}

/** Three digits that say something: the ratio of two sizes may be small. */
const rounded = (ratio) => (Number.isFinite(ratio) && ratio > 0 ? Number(ratio.toPrecision(3)) : null);

/** Measures quickly, and fails when a ratio is clearly worse than the baseline, twice: a busy machine can spoil one try. */
export async function check(measure) {
  const baseline = JSON.parse(readFileSync(FILE, 'utf8'));
  const found = {};
  for (const name of Object.keys(CHECKS)) {
    const isBad = (ratio) => judge(name, baseline[name]?.[ratio], found[name][ratio]) === 'WORSE';
    found[name] = await ratiosOf(name, measure);
    if (!Object.keys(found[name]).some(isBad)) continue;
    const again = await ratiosOf(name, measure);
    for (const ratio of Object.keys(again).filter(isBad)) found[name][ratio] = again[ratio];
  }
  report(baseline, found);
  return found;
}

function report(baseline, found) {
  const rows = Object.entries(found).flatMap(([name, ratios]) =>
    Object.entries(ratios).map(([ratio, now]) => {
      const before = baseline[name]?.[ratio];
      return [`${name}: ${ratio}`, { before, now, verdict: judge(name, before, now) }];
    }),
  );
  console.log('\nRatios, less is better');
  console.table(Object.fromEntries(rows));
  if (!HAS_PEERS) console.log('The peers are not installed: their ratios were skipped.');
  if (rows.some(([, { verdict }]) => verdict === 'WORSE')) process.exitCode = 1;
}

function judge(name, before, now) {
  const { tolerance } = CHECKS[name];
  if (!before || !now) return 'not compared';
  if (now > before * tolerance) return 'WORSE';
  return now * tolerance < before ? 'better: write a new baseline' : 'ok';
}

/** Measures quickly, and writes the ratios down. */
export async function writeBaseline(measure) {
  const now = {};
  for (const name of Object.keys(CHECKS)) now[name] = await ratiosOf(name, measure);
  writeFileSync(FILE, `${JSON.stringify(now, null, 2)}\n`);
  return now;
}
