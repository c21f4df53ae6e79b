// Owns the guess at what was meant: the known name nearest to one that was mistyped.

/** The nearest of some names, where one is near: a third of its letters may be wrong, missing, too many, or have changed places. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const lower = name.slice(0, 64).toLowerCase();
  const known = names.map((one) => ({ one, far: distance(lower, one.toLowerCase()) }));
  const [best] = known.sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : undefined;
}

/** How many letters to write, delete, replace, or exchange with their neighbour. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) next[j] = Math.min(next[j] as number, (before[j - 2] as number) + 1);
    }
    [before, row] = [row, next];
  }
  return row[to.length] as number;
}
