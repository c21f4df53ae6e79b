import { subscribe } from 'node:diagnostics_channel';
import type { Express } from 'express';
import type { Live, MonitorMessages, Stats } from 'htmx-liveview';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Measures, and serves what was measured at /metrics. Call it once in a process. */
export function serveMetrics(app: Express, live: Live): void {
  const register = new Registry();
  measureEvents(register);
  measureNow(register, live);
  app.get('/metrics', async (_, res) => res.type(register.contentType).send(await register.metrics()));
}

function measureEvents(register: Registry): void {
  const about = (name: string, help: string, labelNames: string[]) => ({
    name: `liveview_${name}`,
    help,
    labelNames,
    registers: [register],
  });
  const times = { buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10] };
  const events = new Histogram({
    ...about('event_seconds', 'Until settled', ['component', 'event', 'status']),
    ...times,
  });
  const renders = new Histogram({ ...about('render_seconds', 'Time of render()', ['component']), ...times });
  const bytes = new Counter(about('patch_bytes_total', 'Bytes sent to readers', ['component']));
  const refusals = new Counter(about('refusals_total', 'Refused requests', ['kind']));

  subscribe('htmx-liveview:event', (message) => {
    const { component, name, status = 'moved', ms } = message as MonitorMessages['event'];
    events.observe({ component, event: name, status }, ms / 1000);
  });
  subscribe('htmx-liveview:render', (message) => {
    const { component, ms } = message as MonitorMessages['render'];
    renders.observe({ component }, ms / 1000);
  });
  subscribe('htmx-liveview:patch', (message) => {
    const { component, bytes: length, readers } = message as MonitorMessages['patch'];
    bytes.inc({ component }, length * readers);
  });
  subscribe('htmx-liveview:refusal', (message) => {
    const { kind } = message as MonitorMessages['refusal'];
    refusals.inc({ kind });
  });
}

/** What there is now is counted when Prometheus asks. */
function measureNow(register: Registry, live: Live): void {
  const gauge = (name: string, help: string, value: (stats: Stats) => number) =>
    new Gauge({
      name: `liveview_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(value(live.stats()));
      },
    });
  gauge('streams', 'Open streams', ({ streams }) => streams);
  gauge('streams_slow', 'Streams whose reader is behind', ({ slow }) => slow);
  gauge('instances', 'Mounted components', ({ instances }) => instances);
  gauge('events_waiting', 'Events that have not settled', ({ waiting }) => waiting);
}
