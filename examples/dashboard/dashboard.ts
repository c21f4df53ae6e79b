// A dashboard: one component for everybody, which measures this process each second, and pushes what has changed.
import { html, LiveComponent } from 'htmx-liveview';
import { barChart, lineChart, type Series, scaleOf, WIDTH } from './charts.ts';
import { Meter, type Sample } from './meter.ts';

const figures = [
  { id: 'delay', title: 'Event loop held up', unit: 'ms', chart: lineChart },
  { id: 'heap', title: 'Heap in use', unit: 'MB', chart: lineChart },
  { id: 'requests', title: 'Requests', unit: 'per second', chart: barChart },
  { id: 'pushed', title: 'Pushed by components', unit: 'bytes per second', chart: barChart },
] as const;

export class Dashboard extends LiveComponent {
  static component = 'demo.Dashboard';
  static scope = 'app';

  samples: Sample[] = [];
  #meter: Meter | undefined;

  /** With the first viewer. Who comes later finds the minute as it is by then in the page already. */
  mount() {
    if (!this.connected) return;
    this.#meter = new Meter();
    this.every(1000, () => this.measure());
  }

  measure() {
    if (!this.#meter) return;
    this.samples.push(this.#meter.read());
    if (this.samples.length > WIDTH) this.samples.shift();
  }

  /** With the last viewer. */
  unmount() {
    this.#meter?.stop();
  }

  render() {
    const last = this.samples.at(-1);
    return html`<div class="tiles">${figures.map(({ id, title, unit, chart }) => {
      const points = this.samples.map((sample) => ({ number: sample.number, value: sample[id] }));
      const series: Series = { id, title, unit, points };
      return html`
        <section class="tile">
          <h2>${title}</h2>
          <p class="figure"><span id="${id}">${last?.[id].toLocaleString('en') ?? '–'}</span> <small>${unit}</small></p>
          ${chart(series)}
          <p id="${id}-scale" class="hint">0 to ${scaleOf(series).toLocaleString('en')} ${unit}</p>
        </section>`;
    })}</div>`;
  }
}
