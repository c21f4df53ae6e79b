// Owns what a user does to a page: clicks, typing, submits. Each becomes the DOM events that a browser would make of it; what a browser would not let
// anybody do is refused, with what is there instead.

import { NAVIGATE } from '../../protocol/names.ts';
import type { Clock } from '../clock.ts';
import { Controls, isDisabledOption, isText, optionValue } from './controls.ts';
import {
  all,
  attributeOf,
  closest,
  describe,
  describeAll,
  type Element,
  inherited,
  isButton,
  isChoice,
  isControl,
  isDisabled,
  refused,
  rootOf,
  SENDERS,
  typeOf,
} from './dom.ts';
import type { Entry } from './entry.ts';
import type { Page } from './page.ts';
import { send } from './sender.ts';
import { type DomEvent, Triggers, triggersOf } from './triggers.ts';
import { encode, gather } from './values.ts';

/** What is put into a control: text, whether it is checked, or which of several are. */
export type Value = string | number | boolean | readonly string[];

/** How a user answers what an action asks. */
export interface Answers {
  /** What the user says to `hx-confirm`. Default: yes. */
  readonly confirm?: boolean;
  /** What the user types at `hx-prompt`. */
  readonly prompt?: string;
}

/** Somebody who uses a page. */
export class User {
  readonly controls: Controls;
  readonly #page: Page;
  readonly #triggers: Triggers;
  /** The events of the action that is under way, and those that came of themselves: after a delay, or an order. */
  #sent: Promise<number>[] | undefined;
  #strays: Promise<number>[] = [];
  #answers: Answers = {};

  constructor(page: Page, clock: Clock) {
    this.#page = page;
    this.controls = new Controls(page.$);
    this.#triggers = new Triggers(
      page.$,
      clock,
      (control) => this.controls.valueOf(control),
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

  // --- What a user does ------------------------------------------------------------------------------------------

  click(element: Element, doing: string): void {
    if (isDisabled(element)) throw refused(doing, `${describe(element)} is disabled`);
    const hidden = closest(element, ({ attribs }) => attribs.hidden !== undefined || attribs.inert !== undefined);
    if (hidden) throw refused(doing, `${describe(hidden)} is hidden or inert`);
    this.controls.focused = undefined;
    const { isHeard, isPrevented } = this.dispatch({ type: 'click', target: element });
    const hasActed = !isPrevented && this.#actOn(element, doing);
    if (!isHeard && !hasActed) throw refused(doing, this.#deaf(element, 'click'));
  }

  /** What a browser does itself after a click. Says whether there was something. */
  #actOn(element: Element, doing: string): boolean {
    const target = closest(
      element,
      (it) => isButton(it) || isControl(it) || it.name === 'label' || it.name === 'summary',
    );
    if (!target) return false;
    if (target.name === 'label') return this.#actOnLabel(target, doing);
    if (isChoice(target)) {
      this.change(target, typeOf(target) === 'radio' ? true : !this.controls.isChecked(target), doing);
      return true;
    }
    const form = this.controls.formOf(target);
    const type = typeOf(target);
    if (form && type === 'reset') this.controls.settle(form);
    if (form && (type === 'submit' || type === 'image')) this.#submit(form, target, doing);
    return form !== undefined && /^(?:submit|image|reset)$/.test(type);
  }

  #actOnLabel(label: Element, doing: string): boolean {
    const { for: id } = label.attribs;
    const [control] =
      id === undefined
        ? this.#page.$(label).find('input,select,textarea,button').toArray()
        : all(this.#page.$, `[id="${id}"]`);
    if (!control) return false;
    this.click(control, doing);
    return true;
  }

  /** Presses Enter in a form, or its button. */
  submit(form: Element, doing: string): void {
    if (form.name !== 'form') throw refused(doing, `${describe(form)} is no form; view.click() presses a button`);
    const button = this.controls.of(form).find((it) => isButton(it) && typeOf(it) === 'submit');
    if (button) this.click(button, doing);
    else this.#submit(form, undefined, doing);
  }

  #submit(form: Element, submitter: Element | undefined, doing: string): void {
    const fault = this.controls.fault(form, submitter);
    if (fault) throw refused(doing, `a browser would not submit the form: ${describe(fault.control)}: ${fault.why}`);
    this.#triggers.supersede(form);
    const { isHeard } = this.dispatch({ type: 'submit', target: form, submitter });
    if (!isHeard) throw refused(doing, this.#deaf(form, 'submit'));
  }

  /** Puts a value into a control, as a user can, and lets the page know. */
  change(control: Element, value: Value, doing: string): void {
    if (isDisabled(control)) throw refused(doing, `${describe(control)} is disabled`);
    if (control.attribs.readonly !== undefined && isText(control))
      throw refused(doing, `${describe(control)} is readonly`);
    this.#enter(control, value, doing);
    this.dispatch({ type: 'input', target: control });
    this.dispatch({ type: 'change', target: control });
  }

  #enter(control: Element, value: Value, doing: string): void {
    if (isChoice(control)) return this.controls.enter(control, { checked: Boolean(value) });
    if (control.name === 'select') return this.controls.enter(control, { chosen: this.#choose(control, value, doing) });
    if (!isText(control) && !/^(?:range|color)$/.test(typeOf(control)))
      throw refused(
        doing,
        `nobody can type into ${describe(control)}${typeOf(control) === 'file' ? '; use view.upload()' : ''}`,
      );
    const text = String(value);
    const most = Number(control.attribs.maxlength ?? Number.POSITIVE_INFINITY);
    if (text.length > most)
      throw refused(doing, `${describe(control)} takes ${most} letters, and "${text}" has ${text.length}`);
    if (typeOf(control) === 'number' && text !== '' && Number.isNaN(Number(text)))
      throw refused(doing, `${describe(control)} takes a number, not "${text}"`);
    this.controls.enter(control, { value: text });
  }

  #choose(select: Element, value: Value, doing: string): string[] {
    const wanted = [value].flat().map(String);
    const options = this.controls.options(select);
    for (const one of wanted) {
      const option = options.find((it) => optionValue(it) === one);
      if (!option)
        throw refused(
          doing,
          `${describe(select)} has no option "${one}"; there are ${options.map(optionValue).join(', ')}`,
        );
      if (isDisabledOption(option)) throw refused(doing, `${describe(option)} is disabled`);
    }
    if (wanted.length > 1 && select.attribs.multiple === undefined)
      throw refused(doing, `${describe(select)} takes one value`);
    return wanted;
  }

  /** Fills in the fields of a form, or of whatever is around them, by their names. */
  fill(within: Element, values: Readonly<Record<string, Value>>, doing: string): void {
    for (const [name, value] of Object.entries(values)) {
      const controls = this.controls.of(within).filter((it) => isControl(it) && !isButton(it));
      const named = controls.filter(({ attribs }) => attribs.name === name);
      if (named.length === 0) {
        const names = [...new Set(controls.map(({ attribs }) => attribs.name).filter(Boolean))];
        throw refused(
          doing,
          `there is no field "${name}" in ${describe(within)}; there are ${names.join(', ') || 'none'}`,
        );
      }
      this.#fillOne(named, value, doing);
    }
  }

  #fillOne(named: readonly Element[], value: Value, doing: string): void {
    const [first] = named as [Element];
    if (!isChoice(first) || (typeof value === 'boolean' && named.length === 1)) return this.change(first, value, doing);
    const wanted = [value].flat().map(String);
    const missing = wanted.find((one) => !named.some((it) => this.controls.valueOf(it) === one));
    if (missing !== undefined)
      throw refused(doing, `there is no "${missing}" to choose; there are ${describeAll(named)}`);
    for (const choice of named) {
      const isWanted = wanted.includes(this.controls.valueOf(choice));
      // a radio is only ever chosen: that takes the others away
      if (isWanted !== this.controls.isChecked(choice) && (isWanted || typeOf(choice) === 'checkbox'))
        this.change(choice, isWanted, doing);
    }
  }

  upload(control: Element, files: readonly File[], doing: string): void {
    if (typeOf(control) !== 'file') throw refused(doing, `${describe(control)} takes no files`);
    if (isDisabled(control)) throw refused(doing, `${describe(control)} is disabled`);
    if (files.length > 1 && control.attribs.multiple === undefined)
      throw refused(doing, `${describe(control)} takes one file: it is not "multiple"`);
    this.controls.enter(control, { files });
    this.dispatch({ type: 'input', target: control });
    this.dispatch({ type: 'change', target: control });
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
    const kept = forms.map(
      (form) => [form, String(new URLSearchParams(this.controls.entries(form) as [string, string][]))] as const,
    );
    show();
    for (const [form, body] of kept) {
      const name = attributeOf(form, 'lv-recover') as string;
      if (rootOf(form) === entry.root) this.#note(send(this.#page, { entry, name, body: Buffer.from(body) }));
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

  /** Lets a DOM event happen. */
  dispatch(event: DomEvent): ReturnType<Triggers['dispatch']> {
    return this.#triggers.dispatch(event);
  }

  #fire(element: Element, event: DomEvent): void {
    const root = rootOf(element);
    const entry = root && this.#page.entries.get(root);
    const name = attributeOf(element, 'lv-event');
    if (!entry || !name) return;
    if (inherited(element, 'hx-confirm') !== undefined && this.#answers.confirm === false) return;
    const { count } = this.controls;
    this.#note(
      this.#send(entry, name, element, event).then((status) => {
        if (status < 300) this.#settle(element, event, count);
        return status;
      }),
    );
  }

  /** The values are those of now, also where the event is sent later. */
  async #send(entry: Entry, name: string, element: Element, event: DomEvent): Promise<number> {
    const form = element.name === 'form' ? element : this.controls.formOf(element);
    const entries = gather(this.#page.$, this.controls, element, event);
    if (inherited(element, 'hx-prompt') !== undefined) entries.push(['hx-prompt', this.#prompted(element)]);
    const field = [event.submitter, event.target, element].map((it) => it?.attribs.name).find(Boolean);
    return send(this.#page, { entry, name, field, ...(await encode(entries, element, form)) });
  }

  #prompted(element: Element): string {
    const { prompt } = this.#answers;
    if (prompt !== undefined) return prompt;
    throw refused(describe(element), `it asks "${inherited(element, 'hx-prompt')}"; answer with { prompt: '…' }`);
  }

  /** An event has settled: its form, if it was submitted, or the checkbox that fired, shows what the server says. */
  #settle(element: Element, event: DomEvent, count: number): void {
    if (event.type === 'submit' && element.name === 'form') this.controls.settle(element, count);
    else if (isChoice(element)) this.controls.settleChoice(element, count);
  }

  /** Why nothing happens. */
  #deaf(element: Element, type: string): string {
    const sender = closest(element, (it) => attributeOf(it, 'lv-event') !== undefined);
    if (!sender)
      return `${describe(element)} has no lv-event, and nothing around it; there are ${describeAll(all(this.#page.$, SENDERS))}`;
    const on = triggersOf(sender)
      .map(({ event }) => event)
      .join(', ');
    return `${describe(sender)} fires on ${on}, not on ${type}`;
  }
}
