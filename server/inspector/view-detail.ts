// Owns what is shown of the selected instance: what it is, its state, its session payload, what has happened to it. Out: HTML.

import type { Operation, Update } from '../../protocol/patch.ts';
import { type Html, html } from '../../views/html.ts';
import { textOf } from '../diff.ts';
import type { Instance } from '../instance.ts';
import type { Entry } from './entries.ts';
import { duration, plural, shortId, size } from './format.ts';
import type { Inventory } from './inventory.ts';
import type { Redaction } from './redact.ts';
import { picture, picturePayload } from './state.ts';
import { timeline } from './view-timeline.ts';
import { tree } from './view-tree.ts';

/** Shows an instance, or that it has ended. */
export function detail(id: string, inventory: Inventory, name: Redaction, followed: readonly Entry[]): Html {
  const instance = inventory.find(id);
  return html`<header>
      <h2>${instance?.type.component ?? 'Instance'} <code>${id}</code></h2>
      <button lv-event="select" name="id" value="" class="quiet">Close</button>
    </header>
    ${instance ? about(instance, inventory, followed) : html`<p class="nothing">It is not here, or not any more.</p>`}
    ${instance && trees(instance, inventory, name)}
    <h3>What has happened to it</h3>
    ${followed.length > 0 ? timeline(followed, true) : html`<p class="nothing">Nothing since it was selected.</p>`}`;
}

function about(instance: Instance, inventory: Inventory, followed: readonly Entry[]): Html {
  const seats = inventory.seatsOf(instance);
  const there = seats.filter(({ stream }) => stream);
  const facts: readonly (readonly [string, unknown])[] = [
    ['Page', instance.url.pathname],
    ['Version', instance.version],
    ['Content', instance.content && size(Buffer.byteLength(textOf(instance.content)))],
    ['Scope', instance.scope],
    ['Durable', instance.holding ? (instance.holding.isSync ? 'sync' : 'yes') : 'no'],
    ['Viewers', viewers(there.length, seats.length - there.length)],
    ['Streams', [...new Set(there.map(({ stream }) => shortId(stream?.id ?? '')))].slice(0, 5).join(', ') || '–'],
    ['Doing', instance.isBusy ? 'something' : instance.dirty ? 'waits for a reader' : 'nothing'],
    ['Last render', lastRender(followed)],
    ['Last patch', lastPatch(instance)],
  ];
  return html`<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
}

function viewers(there: number, away: number): string {
  return away > 0 ? `${there}, and ${away} away` : String(there);
}

function lastRender(followed: readonly Entry[]): string {
  const found = followed.find(({ kind }) => kind === 'render');
  return found?.kind === 'render' ? duration(found.about.ms) : '–';
}

/** Which regions the last patch touched. */
function lastPatch(instance: Instance): string {
  const [text] = instance.version > 1 ? instance.since(instance.version - 1) : [];
  if (text === undefined) return '–';
  const { html: whole, patch = [], orders = [] } = JSON.parse(text) as Update;
  const given = orders.map(([order]) => order);
  const said = [...(whole === undefined ? patch.slice(0, 5).map(operation) : ['the whole content']), ...given];
  if (patch.length > 5) said.push(`and ${plural(patch.length - 5, 'other')}`);
  return said.join(', ') || '–';
}

function operation([kind, id, ...rest]: Operation): string {
  if (kind === 'r') return `#${id}`;
  if (kind === 'x') return `#${id} removed`;
  return kind === 'm' ? `#${id} moved ${rest[0] === 'a' ? 'after' : 'before'} #${rest[1]}` : `new beside #${id}`;
}

function trees(instance: Instance, inventory: Inventory, name: Redaction): Html {
  const own = new Set([instance.sessionId, ...inventory.seatsOf(instance).map(({ sessionId }) => sessionId)]);
  own.delete('');
  const hiding = { name, text: (text: string) => own.has(text) || inventory.isSession(text) };
  return html`<div class="trees">
      <section aria-label="State"><h3>State</h3>${tree(picture(instance.fields(), hiding), 'state')}</section>
      <section aria-label="Session payload"><h3>Session payload</h3>${tree(picturePayload(instance.session, hiding), 'payload')}</section>
    </div>`;
}
