// Owns the order of a comparison: every system once, then every system again, so that what changes on the machine meets all of them.
import { median } from './median.mjs';

/** Measures each of `names` `runs` times, A B A B; gives the median of each field for each name. */
export async function rounds(names, runs, measure) {
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let run = 0; run < runs; run++) for (const name of names) found[name].push(await measure(name));
  return Object.fromEntries(names.map((name) => [name, middle(found[name].filter(Boolean))]));
}

function middle(results) {
  if (results.length === 0) return undefined;
  return Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((result) => result[key]))]));
}

/** One field of every system, rounded. */
export function pick(results, field, digits = 0) {
  const entries = Object.entries(results).map(([name, result]) => [name, round(result?.[field], digits)]);
  return Object.fromEntries(entries);
}

export function round(number, digits = 0) {
  return number === undefined || number === null ? null : Number(number.toFixed(digits));
}
