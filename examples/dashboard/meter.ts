// Measures this process. What Node and the library tell on their diagnostics channels is added up from the start; a meter gives what came since it was read last.
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MonitorMessages } from 'htmx-liveview';

/** What a second brought. */
export interface Sample {
  readonly number: number;
  /** The longest that the event loop was held up, in milliseconds. */
  readonly delay: number;
  /** The heap in use, in MB. */
  readonly heap: number;
  /** HTTP requests that arrived. */
  readonly requests: number;
  /** What live components have pushed to all of their viewers, in bytes. */
  readonly pushed: number;
}

const totals = { requests: 0, pushed: 0 };
subscribe('http.server.request.start', () => {
  totals.requests += 1;
});
subscribe('htmx-liveview:patch', (message) => {
  const { bytes, readers } = message as MonitorMessages['patch'];
  totals.pushed += bytes * readers;
});

export class Meter {
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });
  #before = { ...totals };
  #number = 0;

  constructor() {
    this.#delay.enable();
  }

  read(): Sample {
    const { requests, pushed } = this.#before;
    this.#before = { ...totals };
    const delay = Math.max(0, this.#delay.max / 1e6 - 10); // it measures its own 10 ms too
    this.#delay.reset();
    return {
      number: ++this.#number,
      delay: Math.round(delay * 10) / 10,
      heap: Math.round(process.memoryUsage().heapUsed / 1e5) / 10,
      requests: totals.requests - requests,
      pushed: totals.pushed - pushed,
    };
  }

  stop() {
    this.#delay.disable();
  }
}
