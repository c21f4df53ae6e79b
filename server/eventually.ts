// Owns values that are there already, or come later. Most events are handled without waiting for anything, and a promise
// for each step costs more than the step: docs/decisions/010-event-path.md has the figures.

/** A value, or the promise of one. */
export type Eventually<T> = T | Promise<T>;

/** Whether a value is still to come. */
export function isLater<T>(value: Eventually<T>): value is Promise<T> {
  return value instanceof Promise;
}

/** Goes on with a value: at once where it is there. */
export function chain<T, U>(value: Eventually<T>, next: (value: T) => Eventually<U>): Eventually<U> {
  return isLater(value) ? value.then(next) : next(value);
}

/** Does work, and gives what `failed` makes of what it throws or rejects with. */
export function recover<T>(work: () => Eventually<T>, failed: (error: unknown) => Eventually<T>): Eventually<T> {
  try {
    const done = work();
    return isLater(done) ? done.catch(failed) : done;
  } catch (error) {
    return failed(error);
  }
}

/** Does work, and calls `always` at its end, whatever that is. */
export function ensure<T>(work: () => Eventually<T>, always: () => void): Eventually<T> {
  let done: Eventually<T>;
  try {
    done = work();
  } catch (error) {
    always();
    throw error;
  }
  if (isLater(done)) return done.finally(always);
  always();
  return done;
}
