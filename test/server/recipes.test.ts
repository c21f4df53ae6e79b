// What docs/monitoring.md shows is run here, as it is there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { html, LiveComponent } from 'htmx-liveview';
import { expect, test, vi } from 'vitest';
import { type Client, LiveRoot } from '../support/client.ts';
import { Counter } from '../support/components.ts';
import { useApp } from '../support/opened.ts';

const { open } = useApp();
const file = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

class Faulty extends LiveComponent {
  static component = 'test.Faulty';
  static events = { fail: true, dawdle: true };
  fail() {
    throw new Error('on purpose');
  }
  dawdle() {
    return new Promise<void>((resolve) => setTimeout(resolve, 210));
  }
  render() {
    return html`<p>as ever</p>`;
  }
}

/** Both components of the page, live. */
async function both(client: Client): Promise<[LiveRoot, LiveRoot]> {
  const [first, second] = (await client.subscribe()).map((answer) => new LiveRoot(client, answer as never));
  return [first as LiveRoot, second as LiveRoot];
}

test.each(['watch', 'prometheus', 'opentelemetry'])('the document has %s as it is run here', (name) => {
  expect(file('docs/monitoring.md')).toContain(`\`\`\`ts\n${file(`test/recipes/${name}.ts`)}\`\`\`\n`);
});

test('a listener of one’s own warns of slow events', async () => {
  await import('../recipes/watch.ts');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const faulty = await (await open({ components: [Faulty] })).live();
  await faulty.call('fail');
  expect(warn.mock.calls).toEqual([]);
  await faulty.call('dawdle');
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^slow: test\.Faulty dawdle took \d{3} ms$/)]]);
  warn.mockRestore();
});

test('Prometheus reads what happened, and what there is now', async () => {
  const { serveMetrics } = await import('../recipes/prometheus.ts');
  const client = await open({ components: [Counter, Faulty], routes: serveMetrics });
  const [counter, faulty] = await both(client);
  const frames = [...(await counter.call('increment')), ...(await counter.call('increment'))];
  await faulty.call('fail');
  await counter.event('nope').expect(404);

  const { text, type } = await client.agent.get('/metrics').expect(200);
  expect(type).toBe('text/plain');
  const value = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  const counts = 'liveview_event_seconds_count';
  expect(value(`${counts}{component="test.Counter",event="increment",status="200"}`)).toBe(2);
  expect(value(`${counts}{component="test.Faulty",event="fail",status="500"}`)).toBe(1);
  expect(value('liveview_event_seconds_sum{component="test.Counter",event="increment",status="200"}')).toBeGreaterThan(
    0,
  );
  expect(value('liveview_render_seconds_count{component="test.Counter"}')).toBe(4);
  expect(value('liveview_patch_bytes_total{component="test.Counter"}')).toBeGreaterThan(
    JSON.stringify(frames).length / 2,
  );
  expect(value('liveview_refusals_total{kind="unknown"}')).toBe(1);
  expect(value('liveview_streams')).toBe(1);
  expect(value('liveview_streams_slow')).toBe(0);
  expect(value('liveview_instances')).toBe(2);
  expect(value('liveview_events_waiting')).toBe(0);
});

/** Reads when it is asked. */
class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

test('OpenTelemetry gets metrics and spans', async () => {
  const [reader, exporter] = [new Reader(), new InMemorySpanExporter()];
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const { instrument } = await import('../recipes/opentelemetry.ts');
  const start = Date.now();
  const client = await open({ components: [Counter, Faulty], routes: (_, live) => instrument(live) });
  const [counter, faulty] = await both(client);
  await counter.call('increment');
  await faulty.call('fail');
  await counter.event('nope').expect(404);

  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const found = resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) => all);
  const points = (name: string) => found.find(({ descriptor }) => descriptor.name === name)?.dataPoints;
  const event = { component: 'test.Counter', event: 'increment', status: 200 };
  expect(points('liveview.event.duration')).toContainEqual(
    expect.objectContaining({ attributes: event, value: expect.objectContaining({ count: 1 }) }),
  );
  expect(points('liveview.patch.size')).toHaveLength(1);
  expect(points('liveview.refusals')).toEqual([expect.objectContaining({ attributes: { kind: 'unknown' }, value: 1 })]);
  expect(points('liveview.streams')).toEqual([expect.objectContaining({ value: 1 })]);
  expect(points('liveview.instances')?.map(({ attributes, value }) => [attributes.component, value])).toEqual([
    ['test.Counter', 1],
    ['test.Faulty', 1],
  ]);

  const spans = exporter.getFinishedSpans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  expect(named('mount test.Counter')).toHaveLength(1);
  expect(named('render test.Counter')).toHaveLength(3);
  const [made] = named('event test.Counter increment');
  expect(made?.attributes).toEqual({ 'liveview.id': counter.id, 'liveview.status': 200 });
  expect(made?.status.code).toBe(SpanStatusCode.UNSET);
  expect((made?.startTime[0] ?? 0) * 1000).toBeGreaterThan(start - 1000);
  expect(made?.duration).not.toEqual([0, 0]);
  expect(named('event test.Faulty fail')[0]?.status.code).toBe(SpanStatusCode.ERROR);
});
