// Owns the timeline's rows: one for each entry. In: entries. Out: HTML.

import { type Html, html } from '../../views/html.ts';
import { componentOf, type Entry, instanceOf, isBad } from './entries.ts';
import { age, duration, plural, shortId, size, timeOfDay } from './format.ts';

/** From so many ms on, something is shown as slow. */
const SLOW = 100;

/** Shows entries, in their order. In an instance's own list its name and id say nothing new. */
export function timeline(entries: readonly Entry[], isOfOne = false): Html {
  return html`<table class="timeline${isOfOne ? ' of-one' : ''}">
      <thead><tr><th scope="col">Time</th><th scope="col">Kind</th>${!isOfOne && html`<th scope="col">Component</th>`}<th scope="col">What</th><th scope="col" class="n">Took</th><th scope="col" class="n">Bytes</th></tr></thead>
      <tbody>${entries.map((entry) => row(entry, isOfOne))}</tbody>
    </table>`;
}

function row(entry: Entry, isOfOne: boolean): Html {
  const { number, at, kind } = entry;
  return html`<tr id="${isOfOne ? 'o' : 'e'}${number}" class="${kind}${isBad(entry) ? ' bad' : ''}">
        <td><time datetime="${new Date(at).toISOString()}">${timeOfDay(at)}</time></td><td><span class="kind">${kind}</span></td>${!isOfOne && html`<td>${who(entry)}</td>`}
        <td class="what">${what(entry)}</td><td class="n">${took(entry)}</td><td class="n">${entry.kind === 'patch' && size(entry.about.bytes)}</td>
      </tr>`;
}

function who(entry: Entry): Html {
  const [component, id] = [componentOf(entry), instanceOf(entry)];
  const isThere = id !== undefined && !(entry.kind === 'render' && !entry.about.live);
  const name = isThere
    ? html`<button class="link" lv-event="select" name="id" value="${id}" title="${id}">${component ?? 'instance'} <code>${shortId(id)}</code></button>`
    : component;
  return html`${name}`;
}

function what({ kind, about }: Entry): Html | string {
  switch (kind) {
    case 'event':
      return html`<b>${about.name}</b> ${about.status !== 200 && html`<span class="mark ${about.status === 500 ? 'bad' : 'warn'}">${about.status ?? 'moved'}</span>`}`;
    case 'render':
      return about.ok ? (about.live ? 'live' : 'page') : 'threw';
    case 'patch':
      return html`v${about.version} ${about.whole ? html`<span class="mark" title="the component’s whole content">whole</span>` : 'regions'} <span title="${plural(about.readers, 'reader')}">→ ${about.readers}</span>`;
    case 'mount':
      return about.ok ? (about.resumed ? 'resumed' : 'mounted') : 'failed';
    case 'stream':
      return html`<code title="${about.id}">${shortId(about.id)}</code> ${about.mode === 'poll' && 'poll '}${about.state === 'open' ? 'opened' : `ended after ${age(about.ms)}`}`;
    case 'refusal':
      return html`<span class="mark bad">${about.status}</span> <b>${about.kind}</b> ${about.detail}`;
    case 'error':
      return html`<details><summary><b>${about.doing}</b> ${about.message}</summary><pre tabindex="0">${about.stack}</pre></details>`;
    case 'drain':
      return html`${plural(about.streams, 'stream')}, ${about.left} left`;
  }
}

/** The time, and a bar that grows with its logarithm: from 0.1 ms to 10 s. */
function took({ kind, about }: Entry): Html | '' {
  if (kind !== 'event' && kind !== 'render' && kind !== 'mount') return '';
  const width = Math.min(100, Math.max(2, (Math.log10(about.ms + 0.01) + 1) * 20));
  return html`<span class="took${about.ms >= SLOW ? ' slow' : ''}">${duration(about.ms)} <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.round(width)}" height="6"/></svg></span>`;
}
