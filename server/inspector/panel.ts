// Owns the inspector's page as a component: what one who looks has chosen. What is shown is read when it is rendered, and kept nowhere.

import type { Fields } from '../../protocol/event.ts';
import { type Html, html } from '../../views/html.ts';
import { LiveComponent } from '../component.ts';
import { componentOf, type Entry, KINDS, type Kind } from './entries.ts';
import type { Feed, Watch } from './feed.ts';
import type { Inventory } from './inventory.ts';
import type { Redaction } from './redact.ts';
import { listBar, TABS, type Tab, timelineBar } from './view-bars.ts';
import { detail } from './view-detail.ts';
import { figures } from './view-figures.ts';
import { componentList, instanceList, streamList } from './view-lists.ts';
import { timeline } from './view-timeline.ts';

/** The class's name. No component of an app is shown or hidden by it: what is the app's is known by the app's own list. */
export const PANEL = 'htmx-liveview.Inspector';

/** How many rows the timeline has. */
const MOST_SHOWN = 100;
/** Milliseconds between two looks at what nobody tells of, such as ages. */
const LOOK = 1_000;

/** What the component reads. */
export class Inspected {
  readonly feed: Feed;
  readonly inventory: Inventory;
  readonly redaction: Redaction;
  readonly node: string;
  readonly components: readonly string[];

  constructor(parts: Pick<Inspected, 'feed' | 'inventory' | 'redaction' | 'node' | 'components'>) {
    this.feed = parts.feed;
    this.inventory = parts.inventory;
    this.redaction = parts.redaction;
    this.node = parts.node;
    this.components = parts.components;
  }

  /** It is the same for everybody: contexts are compared as JSON, to know which tabs may share a stream. */
  toJSON(): string {
    return 'inspected';
  }
}

const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

/** The inspector. */
export class Panel extends LiveComponent<{}, Inspected> {
  static component = PANEL;
  static root = { class: 'panel' };
  static events = {
    show: true,
    select: true,
    on: true,
    find: true,
    toggle: true,
    only: true,
    pause: true,
    clear: true,
  };

  tab: Tab = 'instances';
  /** The selected instance, and the stream whose instances are listed; '' for none, and for all. */
  selected = '';
  stream = '';
  search = '';
  hidden: Kind[] = [];
  /** The component whose entries are shown; '' for all. */
  component = '';
  isPaused = false;
  /** The number of the last entry that was cleared away. */
  cleared = 0;
  #watch: Watch | undefined;
  /** What was shown when it was paused. */
  #kept: readonly Entry[] = [];

  mount() {
    if (!this.connected) return;
    this.#watch = this.context.feed.watch(() => this.changed());
    this.every(LOOK, () => this.changed());
  }

  unmount() {
    this.#watch?.close();
  }

  /** What is chosen of the lists is in the page's address: it can be reloaded, kept and gone back to. */
  navigate({ searchParams }: URL) {
    this.#choose(searchParams);
  }

  #choose(chosen: URLSearchParams) {
    this.tab = TABS.find((tab) => tab === chosen.get('tab')) ?? 'instances';
    this.selected = chosen.get('id') ?? '';
    this.stream = chosen.get('stream') ?? '';
    this.#watch?.follow(this.selected);
  }

  #go(to: { tab?: string; id?: string; stream?: string }) {
    const wanted = { tab: this.tab, id: this.selected, stream: this.stream, ...to };
    const chosen = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''));
    this.#choose(chosen); // now, so that the answer shows it
    this.browser.pushUrl(`?${chosen}`);
  }

  show(fields: Fields) {
    this.#go({ tab: textIn(fields, 'tab'), stream: '' });
  }

  select(fields: Fields) {
    this.#go({ id: textIn(fields, 'id') });
  }

  on(fields: Fields) {
    this.search = '';
    this.#go({ tab: 'instances', stream: textIn(fields, 'stream') });
  }

  find(fields: Fields) {
    this.search = textIn(fields, 'search');
  }

  toggle(fields: Fields) {
    const kind = textIn(fields, 'kind') as Kind;
    const rest = this.hidden.filter((other) => other !== kind);
    this.hidden = rest.length < this.hidden.length ? rest : [...rest, kind];
  }

  only(fields: Fields) {
    this.component = textIn(fields, 'component');
  }

  pause() {
    this.#kept = this.isPaused ? [] : this.#entries();
    this.isPaused = !this.isPaused;
  }

  clear() {
    this.#kept = [];
    this.cleared = this.context.feed.last;
  }

  #entries(): Entry[] {
    return this.context.feed.entries(KINDS).filter(({ number }) => number > this.cleared);
  }

  #shown(): readonly Entry[] {
    const all = this.isPaused ? this.#kept : this.#entries();
    const fit = (entry: Entry) =>
      !this.hidden.includes(entry.kind) && (this.component === '' || componentOf(entry) === this.component);
    return all.filter(fit).slice(0, MOST_SHOWN);
  }

  render() {
    const { feed, inventory, node, components } = this.context;
    const stats = inventory.stats();
    const counts = { ...stats, components: Object.keys(stats.components).length };
    return html`
    ${figures(stats, feed.totals.minute())}
    <div class="columns">
      <div class="column">
        <section class="card" aria-label="What there is on this node">
          ${listBar(this, counts)}
          <div class="scroll" id="list" tabindex="0" role="region" aria-label="List">${this.#list()}</div>
        </section>
        <section class="card detail" id="detail" aria-label="Selected instance">${this.#detail()}</section>
      </div>
      <section class="card column" aria-label="Timeline">
        ${timelineBar(this, components)}
        <div class="scroll" id="timeline" tabindex="0" role="region" aria-label="Entries, the newest first">${this.#timeline()}</div>
      </section>
    </div>
    <p class="note">Node <code>${node}</code>. Times are the server’s.</p>`;
  }

  #list(): Html {
    const { inventory, feed } = this.context;
    if (this.tab === 'streams') return streamList(inventory.streams(this));
    if (this.tab === 'components') return componentList(inventory.stats().components, feed.totals.components);
    return instanceList(inventory.instances(this), this.selected);
  }

  #detail(): Html {
    if (this.selected === '')
      return html`<p class="nothing">Select an instance to see its state, its session payload, and what happens to it.</p>`;
    const { inventory, redaction } = this.context;
    return detail(this.selected, inventory, redaction, this.#watch?.followed ?? []);
  }

  #timeline(): Html {
    const shown = this.#shown();
    if (shown.length > 0) return timeline(shown);
    return html`<p class="nothing">Nothing to show. What happens while this page is open comes here.</p>`;
  }
}
