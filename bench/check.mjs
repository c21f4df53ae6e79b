// Owns the comparison with baseline.json: ratios within one run, since absolute figures belong to a machine.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('baseline.json', import.meta.url);
/** How much worse a ratio may get. */
const TOLERANCE = 1.25;

/** Each ratio is written so that less is better. */
const RATIOS = {
  throughput: {
    'server_us of ours to bare': ({ server_us: it }) => it.ours / it.bare,
    'server_us of ours_express to bare_express': ({ server_us: it }) => it.ours_express / it.bare_express,
    'server_us of ours to liveviewjs': ({ server_us: it }) => it.ours / it.liveviewjs,
  },
  'round-trip': {
    'p50 of ours to bare': ({ p50 }) => p50.ours / p50.bare,
    'p50 of ours_express to bare_express': ({ p50 }) => p50.ours_express / p50.bare_express,
  },
  memory: {
    'heap of ours to bare': ({ heap }) => heap.ours_kb / heap.bare_kb,
    'heap of ours to liveviewjs': ({ heap }) => heap.ours_kb / heap.liveviewjs_kb,
    'heap of ours_express to bare_express': ({ heap }) => heap.ours_express_kb / heap.bare_express_kb,
  },
  'fan-out': {
    'server_us of ours_private to bare': ({ server_us: it }) => it.ours_private / it.bare,
    'server_us of ours_shared to bare': ({ server_us: it }) => it.ours_shared && it.ours_shared / it.bare,
  },
  diff: {
    'html_row_us to text_us': (it) => it.html_row_us / it.text_us,
    'string_row_us to text_us': (it) => it.string_row_us / it.text_us,
    'html_row_us of 10000 rows to 1000': ({ html_row_us_by_rows: it }) => it[10000] / it[1000],
  },
  wire: {
    'row_bytes to liveviewjs_row_bytes': (it) => it.row_bytes / it.liveviewjs_row_bytes,
    'cell_bytes to row_bytes': (it) => it.cell_bytes / it.row_bytes,
  },
  size: {
    'ext_gzip to htmx_gzip': (it) => it.ext_gzip / it.htmx_gzip,
    'ext_gzip to liveviewjs_gzip': (it) => it.ext_gzip / it.liveviewjs_gzip,
  },
};

async function ratiosNow(measure) {
  const found = {};
  for (const [name, ratios] of Object.entries(RATIOS)) {
    const result = await measure(name, { quick: true });
    const entries = Object.entries(ratios).map(([ratio, of]) => [ratio, rounded(of(result))]);
    found[name] = Object.fromEntries(entries);
  }
  return found;
}

/** Three digits that say something: the ratio of two sizes may be small. */
const rounded = (ratio) => (Number.isFinite(ratio) && ratio > 0 ? Number(ratio.toPrecision(3)) : null);

/** Measures quickly, and fails when a ratio is clearly worse than the baseline. */
export async function check(measure) {
  const before = JSON.parse(readFileSync(FILE, 'utf8'));
  const now = await ratiosNow(measure);
  const rows = Object.entries(now).flatMap(([name, ratios]) =>
    Object.entries(ratios).map(([ratio, value]) => judge(`${name}: ${ratio}`, before[name]?.[ratio], value)),
  );
  console.log('\nRatios, less is better');
  console.table(Object.fromEntries(rows.map(({ ratio, ...row }) => [ratio, row])));
  if (rows.some(({ verdict }) => verdict === 'WORSE')) process.exitCode = 1;
  return now;
}

function judge(ratio, before, now) {
  if (!before || !now) return { ratio, before, now, verdict: 'not compared' };
  const verdict = now > before * TOLERANCE ? 'WORSE' : now * TOLERANCE < before ? 'better: write a new baseline' : 'ok';
  return { ratio, before, now, verdict };
}

/** Measures quickly, and writes the ratios down. */
export async function writeBaseline(measure) {
  const now = await ratiosNow(measure);
  writeFileSync(FILE, `${JSON.stringify(now, null, 2)}\n`);
  return now;
}
