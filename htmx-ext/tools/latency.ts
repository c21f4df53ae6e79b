// Owns the slower network: POSTs wait before they leave and before they are answered, frames before they are heard, each for half of the time.
// Frames stay in their order. Heartbeats and acknowledgements are not its affair: what waits here has come.

/** The slower network. */
export interface Latency {
  /** @param ms for there and back; 0: what waits goes on at once. */
  set(ms: number): void;
  /** Waits one way. */
  pass(): Promise<void>;
  /** Does what a frame does, once that has come one way. */
  frame(work: () => void): void;
  /** The stream is gone, and with it what was on its way: the next subscribe brings it. */
  clear(): void;
}

export function createLatency(): Latency {
  let half = 0;
  let waiting: { readonly due: number; readonly work: () => void }[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function deliver(): void {
    clearTimeout(timer);
    for (let first = waiting[0]; first && (half === 0 || first.due <= performance.now()); first = waiting[0]) {
      waiting.shift();
      try {
        first.work();
      } catch (error) {
        reportError(error); // as a browser does it, which goes on with the next one
      }
    }
    if (waiting[0]) timer = setTimeout(deliver, waiting[0].due - performance.now());
  }

  return {
    set(ms) {
      half = ms / 2;
      deliver();
    },
    async pass() {
      if (half > 0) await new Promise((resolve) => setTimeout(resolve, half));
    },
    frame(work) {
      if (half === 0) return work();
      waiting.push({ due: performance.now() + half, work });
      if (waiting.length === 1) deliver();
    },
    clear() {
      clearTimeout(timer);
      waiting = [];
    },
  };
}
