// Owns what DOM events lead to: which elements fire, and what they send.

import { NAVIGATE } from '../../protocol/names.ts';
import type { Clock } from '../clock.ts';
import type { Controls } from './controls.ts';
import {
  all,
  attributeOf,
  closest,
  describe,
  describeAll,
  type Element,
  inherited,
  refused,
  rootOf,
  SENDERS,
} from './dom.ts';
import type { Entry } from './entry.ts';
import type { Page } from './page.ts';
import { send } from './sender.ts';
import { type DomEvent, Triggers, triggersOf } from './triggers.ts';
import { encode, gather } from './values.ts';

/**
 * How a user answers what an action asks.
 * @example
 * ```ts
 * const no: Answers = { confirm: false };
 * await view.click('[lv-event=increment]', no);
 * ```
 */
export interface Answers {
  /** What the user says to `hx-confirm`. Default: yes. */
  readonly confirm?: boolean;
  /** What the user types at `hx-prompt`. */
  readonly prompt?: string;
}

/** The events of a page. */
export class Events {
  readonly #page: Page;
  readonly #controls: Controls;
  readonly #triggers: Triggers;
  /** The events of the action that is under way, and those that came of themselves: after a delay, or an order. */
  #sent: Promise<number>[] | undefined;
  #strays: Promise<number>[] = [];
  #answers: Answers = {};

  constructor(page: Page, controls: Controls, clock: Clock) {
    this.#page = page;
    this.#controls = controls;
    this.#triggers = new Triggers(
      page.$,
      clock,
      (control) => controls.valueOf(control),
      (element, event) => this.#fire(element, event),
    );
  }

  /** Whether something waits for its `delay`. */
  get isWaiting(): boolean {
    return this.#triggers.isWaiting;
  }

  /** Does something; gives the ends of the events that it sent. What fires later, after a delay, is not among them. */
  act(work: () => void, answers: Answers = {}): Promise<number>[] {
    const sent: Promise<number>[] = [];
    this.#sent = sent;
    this.#answers = answers;
    try {
      work();
      return sent;
    } finally {
      this.#sent = undefined;
      this.#answers = {};
    }
  }

  /** The ends of the events that no action sent, since this was asked last. */
  takeStrays(): Promise<number>[] {
    return this.#strays.splice(0);
  }

  #note(sending: Promise<number>): void {
    sending.catch(() => {}); // whoever asks for it is told
    (this.#sent ?? this.#strays).push(sending);
  }

  // --- What happens ----------------------------------------------------------------------------------------------

  /** Lets a DOM event happen. */
  dispatch(event: DomEvent): ReturnType<Triggers['dispatch']> {
    return this.#triggers.dispatch(event);
  }

  /** A form is submitted, unless nothing listens. */
  submit(form: Element, submitter: Element | undefined): boolean {
    this.#triggers.supersede(form);
    return this.dispatch({ type: 'submit', target: form, submitter }).isHeard;
  }

  /** Goes to another address of the same page, as Back and Forward do. */
  navigate(url: string): void {
    this.#page.url = new URL(url, this.#page.url).href;
    const body = Buffer.from(String(new URLSearchParams({ url: this.#page.url })));
    for (const entry of this.#page.entries.values())
      if (entry.navigates && entry.state !== 'gone') this.#note(send(this.#page, { entry, name: NAVIGATE, body }));
  }

  /** The server has lost a component's state: forms that ask for it offer back what was typed. */
  recover(entry: Entry, show: () => void): void {
    const forms = this.#page.$(entry.root).find('form[lv-recover],form[data-lv-recover]').toArray();
    const kept = forms.map((form) => {
      const body = Buffer.from(String(new URLSearchParams(this.#controls.entries(form) as [string, string][])));
      return { form, body, restore: this.#controls.keep(form) };
    });
    show();
    for (const { form, body, restore } of kept) {
      if (rootOf(form) !== entry.root) continue; // it has left the page
      restore();
      this.#note(send(this.#page, { entry, name: attributeOf(form, 'lv-recover') as string, body }));
    }
  }

  /** Something has come to the page. */
  load(): void {
    this.#triggers.load((element) => {
      const root = rootOf(element);
      return root !== undefined && this.#page.entries.get(root)?.state === 'live';
    });
  }

  // --- What fires ------------------------------------------------------------------------------------------------

  #fire(element: Element, event: DomEvent): void {
    const root = rootOf(element);
    const entry = root && this.#page.entries.get(root);
    const name = attributeOf(element, 'lv-event');
    if (!name) return;
    if (!entry)
      return this.#note(Promise.reject(refused(describe(element), 'it stands outside of any live component')));
    if (inherited(element, 'hx-confirm') !== undefined && this.#answers.confirm === false) return;
    const settle = this.#controls.hold(element, event.target, event.type === 'submit' && element.name === 'form');
    const sending = this.#send(entry, name, element, event);
    this.#note(sending);
    sending.then(
      (status) => settle(status < 300),
      () => settle(false),
    );
  }

  /** The values are those of now, also where the event is sent later. */
  async #send(entry: Entry, name: string, element: Element, event: DomEvent): Promise<number> {
    const form = element.name === 'form' ? element : this.#controls.formOf(element);
    const entries = gather(this.#page.$, this.#controls, element, event);
    if (inherited(element, 'hx-prompt') !== undefined) entries.push(['hx-prompt', this.#prompted(element)]);
    const field = [event.submitter, event.target, element].map((it) => it?.attribs.name).find(Boolean);
    return send(this.#page, { entry, name, field, ...(await encode(entries, element, form)) });
  }

  #prompted(element: Element): string {
    const { prompt } = this.#answers;
    if (prompt !== undefined) return prompt;
    throw refused(describe(element), `it asks "${inherited(element, 'hx-prompt')}"; answer with { prompt: '…' }`);
  }

  /** Why nothing happens. */
  deaf(element: Element, type: string): string {
    const sender = closest(element, (it) => attributeOf(it, 'lv-event') !== undefined);
    if (!sender)
      return `${describe(element)} has no lv-event, and nothing around it; there are ${describeAll(all(this.#page.$, SENDERS))}`;
    const on = triggersOf(sender)
      .map(({ event }) => event)
      .join(', ');
    return `${describe(sender)} fires on ${on}, not on ${type}`;
  }
}
