// Charts, as SVG made on the server. Geometry stands in attributes of SVG, which a strict Content-Security-Policy allows, unlike style="…".
import { html } from 'htmx-liveview';

/** Values of the last minute, the newest last. */
export interface Series {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly points: readonly { readonly number: number; readonly value: number }[];
}

/** How many values a chart shows, and how high it is in its own units. */
export const WIDTH = 60;
const HEIGHT = 100;

/** The next of 1, 2, 5, 10, 20, 50… above all values: a scale that seldom changes, for when it does all is drawn anew. */
export function scaleOf({ points }: Series): number {
  const most = Math.max(1, ...points.map(({ value }) => value));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((scale) => scale >= most) as number;
}

/** A line moves as a whole with each value: it is one region, of some 400 bytes. */
export function lineChart(series: Series) {
  const scale = scaleOf(series);
  const start = WIDTH - series.points.length;
  const points = series.points.map(({ value }, at) => `${start + at},${HEIGHT - heightOf(value, scale)}`);
  return html`
    <svg class="chart" viewBox="0 0 ${WIDTH - 1} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${labelOf(series)}">
      <polyline id="${series.id}-line" points="${points.join(' ')}"></polyline>
    </svg>`;
}

/** Bars are the items of a list: with each value one goes and one comes, and CSS moves the others. */
export function barChart(series: Series) {
  const scale = scaleOf(series);
  return html`
    <div id="${series.id}-bars" class="chart bars" role="img" aria-label="${labelOf(series)}">${series.points.map(
      ({ number, value }) => {
        const height = heightOf(value, scale);
        return html`<svg id="${series.id}-${number}" viewBox="0 0 1 ${HEIGHT}" preserveAspectRatio="none"><rect y="${HEIGHT - height}" width="1" height="${height}"></rect></svg>`;
      },
    )}</div>`;
}

function heightOf(value: number, scale: number): number {
  return Math.round((value / scale) * HEIGHT);
}

function labelOf({ title }: Series): string {
  return `${title}, the last minute`;
}
