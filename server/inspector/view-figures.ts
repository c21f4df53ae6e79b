// Owns the figures at the top: what there is, and what the last minute was like. In: counts and sums. Out: HTML.

import { type Html, html } from '../../views/html.ts';
import type { Stats } from '../stats.ts';
import { count, duration, perSecond, size } from './format.ts';
import type { Minute } from './totals.ts';

/** From so many ms on, the slowest event of a minute is shown as slow. */
const SLOW = 200;

/** Shows the figures. */
export function figures(stats: Omit<Stats, 'joined'>, minute: Minute): Html {
  const { streams, polls, slow, queued, instances, away, durable, waiting } = stats;
  const { eventRate, byteRate, slowest, bad } = minute;
  return html`<section class="figures" aria-label="Figures">
    ${figure('streams', 'Streams', count(streams), [
      polls > 0 && `${polls} polling`,
      slow > 0 && `${slow} slow`,
      queued > 0 && `${size(queued)} queued`,
    ])}
    ${figure('instances', 'Instances', count(instances), [away > 0 && `${away} away`, durable > 0 && `${durable} durable`])}
    ${figure('events', 'Events / s', perSecond(eventRate), [waiting > 0 && `${waiting} waiting`], sparkline(minute.events))}
    ${figure('sent', 'Sent / s', size(byteRate), [], sparkline(minute.bytes))}
    ${figure('slowest', 'Slowest event', slowest > 0 ? duration(slowest) : '–', ['last minute'], '', slowest >= SLOW)}
    ${figure('bad', 'Refusals, errors', count(bad), ['last minute'], '', bad > 0)}
  </section>`;
}

function figure(
  name: string,
  title: string,
  value: string,
  notes: readonly (string | false)[],
  line: Html | '' = '',
  isBad = false,
): Html {
  return html`<div class="figure${isBad ? ' bad' : ''}" id="figure-${name}">
      <h3>${title}</h3>
      <p><strong>${value}</strong> <small>${notes.filter(Boolean).join(' · ')}</small></p>${line}
    </div>`;
}

/** A line of the last minute's seconds. */
function sparkline(values: readonly number[]): Html {
  const most = Math.max(...values, 1);
  const points = values.map((value, at) => `${at},${(20 - (value / most) * 19).toFixed(1)}`).join(' ');
  return html`<svg class="line" viewBox="0 0 ${values.length - 1} 21" preserveAspectRatio="none" aria-hidden="true"><polyline points="${points}"/></svg>`;
}
