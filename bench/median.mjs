// Owns the middle of many measurements.

export function median(numbers) {
  return percentile(numbers, 0.5);
}

export function percentile(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}
