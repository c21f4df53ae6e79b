// Owns the proxy suite's command line: real proxies, a real browser, one row after the other.
// `npm run proxies -- --json --only nginx --quick --compression --install`; exits with 1 if a row is not ok.
import { parseArgs } from 'node:util';
import { install } from '../../scripts/install.mjs';
import { startApp } from './app.ts';
import { measureRow, type Result } from './measure.ts';
import { findProgram } from './program.ts';
import { ROWS, type Row } from './rows.ts';
import { tableOf } from './table.ts';
import { startBrowser } from './visitor.ts';

const TIMES = 10;
const QUICK_TIMES = 4;

const isMissing = (row: Row) => row.program !== undefined && findProgram(row.program) === undefined;

/** The command line. The last line is JSON with `--json`. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      only: { type: 'string', default: '' },
      quick: { type: 'boolean' },
      compression: { type: 'boolean', default: false },
      install: { type: 'boolean' },
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const wanted = ROWS.filter(({ name }) => name.includes(values.only));
  if (wanted.length === 0) throw new Error(`No row has ${JSON.stringify(values.only)} in its name.`);
  if (values.install)
    install([...new Set(wanted.filter(isMissing).map((row) => row.package ?? ''))], 'the proxy suite');
  const skipped = skip(wanted);
  const rows = await runRows(
    wanted.filter((row) => !isMissing(row)),
    values.quick ? QUICK_TIMES : TIMES,
    values.compression,
  );
  console.log(tableOf(rows));
  for (const { name, why } of rows) if (why) console.log(`Not ok: ${name}: ${why}`);
  if (values.json) console.log(JSON.stringify({ rows, skipped }));
  process.exit(rows.every(({ ok }) => ok) ? 0 : 1);
}

/** Says which programs are not there; gives the names of their rows. */
function skip(wanted: readonly Row[]): string[] {
  const missing = wanted.filter(isMissing);
  for (const program of new Set(missing.map((row) => row.program))) {
    console.log(`Skipped: ${program}, which is not installed (--install installs it, as root).`);
  }
  return missing.map(({ name }) => name);
}

async function runRows(rows: readonly Row[], times: number, compression: boolean): Promise<Result[]> {
  const app = await startApp(compression);
  const browser = await startBrowser();
  const results: Result[] = [];
  for (const row of rows) {
    const result = await measureRow(row, app, browser, times);
    console.log(`${result.ok ? 'ok    ' : 'not ok'} ${row.name}`);
    results.push(result);
  }
  await browser.close();
  await app.close();
  return results;
}
