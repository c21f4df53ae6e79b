// Owns the bars above the lists and above the timeline: what one chooses there is a control that shows what is chosen.

import { type Html, html } from '../../views/html.ts';
import { KINDS, type Kind } from './entries.ts';
import { count, shortId } from './format.ts';

/** The lists that there are. */
export const TABS = ['instances', 'streams', 'components'] as const;
export type Tab = (typeof TABS)[number];

/** What is chosen of the lists: which one, what is searched for, and of which stream; '' for none, and for all. */
export interface ListChoice {
  readonly tab: Tab;
  readonly search: string;
  readonly stream: string;
}

/** What is chosen of the timeline; the component '' is all. */
export interface TimelineChoice {
  readonly hidden: readonly Kind[];
  readonly component: string;
  readonly isPaused: boolean;
}

export function listBar({ tab, search, stream }: ListChoice, counts: Readonly<Record<Tab, number>>): Html {
  const tabs = TABS.map(
    (name) =>
      html`<button id="tab-${name}" lv-event="show" name="tab" value="${name}" aria-current="${name === tab ? 'page' : null}">${name} <small>${count(counts[name])}</small></button>`,
  );
  return html`<div class="bar">
            <nav aria-label="Lists">${tabs}</nav>
            <input type="search" id="search" name="search" lv-event="find" hx-trigger="input changed delay:150ms, search" value="${search}" placeholder="Component or id" aria-label="Search the list" autocomplete="off">
          </div>
          ${stream !== '' && html`<p class="filter">On stream <code>${shortId(stream)}</code> <button lv-event="on" name="stream" value="" class="quiet">Show all</button></p>`}`;
}

/** @param components the names of the app's. */
export function timelineBar({ hidden, component, isPaused }: TimelineChoice, components: readonly string[]): Html {
  const kinds = KINDS.map(
    (kind) =>
      html`<button class="kind ${kind}" id="kind-${kind}" lv-event="toggle" name="kind" value="${kind}" aria-pressed="${!hidden.includes(kind)}">${kind}</button>`,
  );
  const names = components.map(
    (name) => html`<option value="${name}" selected="${name === component}">${name}</option>`,
  );
  return html`<div class="bar">
            <h2>Timeline</h2>
            <select id="only" name="component" lv-event="only" aria-label="Component"><option value="">All components</option>${names}</select>
            <button id="pause" lv-event="pause" aria-pressed="${isPaused}">Pause</button>
            <button id="clear" lv-event="clear">Clear</button>
          </div>
          <div class="kinds" role="group" aria-label="Kinds">${kinds}</div>`;
}
