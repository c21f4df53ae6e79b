import { subscribe } from 'node:diagnostics_channel';
import { type Attributes, metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Live, MonitorMessages } from 'htmx-liveview';

const NAME = 'htmx-liveview';

/** Makes metrics and spans. Call it once in a process, after the SDK has been started. */
export function instrument(live: Live): void {
  makeMetrics(live);
  makeSpans();
}

function makeMetrics(live: Live): void {
  const meter = metrics.getMeter(NAME);
  const events = meter.createHistogram('liveview.event.duration', { unit: 'ms' });
  const patches = meter.createHistogram('liveview.patch.size', { unit: 'By' });
  const refusals = meter.createCounter('liveview.refusals');
  subscribe('htmx-liveview:event', (message) => {
    const { component, name, status, ms } = message as MonitorMessages['event'];
    events.record(ms, { component, event: name, status });
  });
  subscribe('htmx-liveview:patch', (message) => {
    const { component, bytes } = message as MonitorMessages['patch'];
    patches.record(bytes, { component });
  });
  subscribe('htmx-liveview:refusal', (message) => {
    const { kind } = message as MonitorMessages['refusal'];
    refusals.add(1, { kind });
  });

  const streams = meter.createObservableGauge('liveview.streams');
  const instances = meter.createObservableGauge('liveview.instances');
  meter.addBatchObservableCallback(
    (result) => {
      const stats = live.stats();
      result.observe(streams, stats.streams);
      for (const [component, count] of Object.entries(stats.components))
        result.observe(instances, count, { component });
    },
    [streams, instances],
  );
}

/** A message comes at the end of what it tells: the span starts as long before. */
function makeSpans(): void {
  const tracer = trace.getTracer(NAME);
  const span = (name: string, ms: number, isOk: boolean, attributes: Attributes) => {
    const end = Date.now();
    const made = tracer.startSpan(name, { startTime: end - ms, attributes });
    if (!isOk) made.setStatus({ code: SpanStatusCode.ERROR });
    made.end(end);
  };
  subscribe('htmx-liveview:mount', (message) => {
    const { component, id, ms, ok } = message as MonitorMessages['mount'];
    span(`mount ${component}`, ms, ok, { 'liveview.id': id });
  });
  subscribe('htmx-liveview:event', (message) => {
    const { component, id, name, status, ms } = message as MonitorMessages['event'];
    span(`event ${component} ${name}`, ms, status !== 500, { 'liveview.id': id, 'liveview.status': status });
  });
  subscribe('htmx-liveview:render', (message) => {
    const { component, id, ms, ok } = message as MonitorMessages['render'];
    span(`render ${component}`, ms, ok, { 'liveview.id': id });
  });
}
