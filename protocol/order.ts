// Owns the question what may stay where it is when a list takes another order: both sides move as little as they can.

/** The indexes of a longest increasing subsequence, by patience sorting: n log n. */
export function longestIncrease(numbers: readonly number[]): number[] {
  const tails: number[] = [];
  const before: number[] = [];
  for (const [at, number] of numbers.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[tails[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    before[at] = tails[low - 1] ?? -1;
    tails[low] = at;
  }
  const run: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] as number) run.push(at);
  return run.reverse();
}
