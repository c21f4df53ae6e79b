// Owns how figures are written: short, and as wide from one to the next as can be.

/** A duration: `0.42 ms`, `18 ms`, `3.2 s`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${milliseconds(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** The same without its unit: `0.42`, `18`. */
export function milliseconds(ms: number): string {
  return ms.toFixed(ms < 1 ? 2 : ms < 10 ? 1 : 0);
}

/** A size: `812 B`, `3.4 KB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How long something has been there: `12 s`, `5 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** A time of day, the server's: `14:03:27.081`. */
export function timeOfDay(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${day}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** A rate: `0`, `0.4`, `12`. */
export function perSecond(rate: number): string {
  return rate === 0 || rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** The beginning of an id, which tells it from others on a screen. A stream's begins after the name of its node. */
export function shortId(id: string): string {
  return id.slice(id.indexOf('.') + 1).slice(0, 8);
}

/** `1 stream`, `2 streams`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
