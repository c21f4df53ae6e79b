// Owns the lists of what is there: instances, streams, components. In: rows. Out: HTML.

import { type Html, html } from '../../views/html.ts';
import { age, count, milliseconds, shortId, size } from './format.ts';
import { type InstanceRow, MOST_ROWS, type Rows, type StreamRow } from './inventory.ts';
import type { ComponentTotals } from './totals.ts';

/** Shows instances; the selected one is marked. */
export function instanceList({ rows, fit }: Rows<InstanceRow>, selected: string): Html {
  if (rows.length === 0) return nothing('No instance. Open a page that holds a component.');
  return html`<table class="list">
      <thead><tr><th scope="col">Component</th><th scope="col">Id</th><th scope="col">Page</th><th scope="col" class="n"><abbr title="version of its content">Ver.</abbr></th><th scope="col" class="n">Viewers</th><th scope="col">State</th></tr></thead>
      <tbody>${rows.map((row) => instanceRow(row, row.id === selected))}</tbody>
    </table>${rest(rows.length, fit)}`;
}

function instanceRow({ id, component, path, version, viewers, ...row }: InstanceRow, isSelected: boolean): Html {
  return html`<tr id="i-${id}" class="${isSelected ? 'selected' : ''}">
        <th scope="row"><button class="name" lv-event="select" name="id" value="${id}" aria-pressed="${isSelected}">${component}</button></th>
        <td><code title="${id}">${shortId(id)}</code></td><td class="path" title="${path}">${path}</td><td class="n">${version}</td><td class="n">${count(viewers)}</td>
        <td>${marks(row)}</td>
      </tr>`;
}

function marks({ scope, isDurable, isAway, waiting }: Pick<InstanceRow, 'scope' | 'isDurable' | 'isAway' | 'waiting'>) {
  return [
    isAway && html`<span class="mark warn" title="no stream: its viewer may come back">away</span> `,
    waiting > 0 && html`<span class="mark warn" title="events that have not settled">${waiting} waiting</span> `,
    scope !== 'page' && html`<span class="mark" title="static scope">${scope}</span> `,
    isDurable && html`<span class="mark" title="static durable">durable</span> `,
  ].filter(Boolean);
}

/** Shows streams. */
export function streamList({ rows, fit }: Rows<StreamRow>): Html {
  if (rows.length === 0) return nothing('No stream. A page opens one when it holds a component.');
  return html`<table class="list">
      <thead><tr><th scope="col">Stream</th><th scope="col"><abbr title="streams of one express-session have the same">Session</abbr></th><th scope="col">Mode</th><th scope="col" class="n">Age</th><th scope="col" class="n">Unacked</th><th scope="col" class="n">Components</th></tr></thead>
      <tbody>${rows.map(streamRow)}</tbody>
    </table>${rest(rows.length, fit)}`;
}

function streamRow({ id, session, mode, components, ...row }: StreamRow): Html {
  const { unackedFrames, unackedLength, queued, isSlow } = row;
  return html`<tr id="s-${id}">
        <th scope="row"><code title="${id}">${shortId(id)}</code></th><td><code>${session}</code></td>
        <td>${mode === 'poll' ? html`<span class="mark" title="a proxy holds its stream back">poll</span>` : 'stream'}${isSlow && html` <span class="mark bad" title="it gets no updates until its reader has acknowledged more">slow</span>`}</td>
        <td class="n">${age(row.age)}</td><td class="n">${unackedFrames > 0 && `${unackedFrames} · ${size(unackedLength)}`}${queued > 0 && ` · ${size(queued)} queued`}</td>
        <td class="n">${components === 0 ? '0' : html`<button class="link" lv-event="on" name="stream" value="${id}" aria-label="Show its components">${components}</button>`}</td>
      </tr>`;
}

/** Shows components, with the sums of what their instances have done. */
export function componentList(
  instances: Readonly<Record<string, number>>,
  totals: ReadonlyMap<string, ComponentTotals>,
): Html {
  const names = [...new Set([...Object.keys(instances), ...totals.keys()])].sort();
  if (names.length === 0) return nothing('No component is live, and none has been.');
  return html`<table class="list">
      <thead><tr><th scope="col">Component</th><th scope="col" class="n">Instances</th><th scope="col" class="n">Events</th><th scope="col" class="n"><abbr title="average and longest, in ms">Event ms</abbr></th><th scope="col" class="n">Renders</th><th scope="col" class="n"><abbr title="average and longest, in ms">Render ms</abbr></th><th scope="col" class="n"><abbr title="how many, and how long on average">Patches</abbr></th></tr></thead>
      <tbody>${names.map((name) => componentRow(name, instances[name] ?? 0, totals.get(name)))}</tbody>
    </table>
    <p class="note">Sums since the inspector was opened.</p>`;
}

function componentRow(name: string, instances: number, totals: ComponentTotals | undefined): Html {
  const { events = 0, eventTime = 0, slowestEvent = 0, renders = 0, renderTime = 0, slowestRender = 0 } = totals ?? {};
  const { patches = 0, bytes = 0 } = totals ?? {};
  return html`<tr id="c-${name}">
        <th scope="row"><button class="link" lv-event="only" name="component" value="${name}" title="Show only its entries in the timeline">${name}</button></th>
        <td class="n">${count(instances)}</td><td class="n">${count(events)}</td><td class="n">${times(eventTime, slowestEvent, events)}</td>
        <td class="n">${count(renders)}</td><td class="n">${times(renderTime, slowestRender, renders)}</td>
        <td class="n">${count(patches)}${patches > 0 && ` · ${size(bytes / patches)}`}</td>
      </tr>`;
}

function times(sum: number, longest: number, number: number): string {
  return number === 0 ? '–' : `${milliseconds(sum / number)} / ${milliseconds(longest)}`;
}

function nothing(text: string): Html {
  return html`<p class="nothing">${text}</p>`;
}

function rest(shown: number, fit: number): Html | false {
  return fit > shown && html`<p class="note">The newest ${MOST_ROWS} of ${count(fit)}. Search to see others.</p>`;
}
