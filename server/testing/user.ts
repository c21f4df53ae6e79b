// Owns what a user does to a page: clicks, typing, submits. Each becomes the DOM events that a browser would make of it; what a browser would not let
// anybody do is refused, with what is there instead.

import type { CheerioAPI } from 'cheerio';
import { type Controls, isDisabledOption, isText, optionValue } from './controls.ts';
import {
  all,
  closest,
  describe,
  describeAll,
  type Element,
  isButton,
  isChoice,
  isControl,
  isDisabled,
  refused,
  typeOf,
} from './dom.ts';
import type { Events } from './events.ts';
import { findFault } from './validity.ts';

/**
 * What is put into a control: text, whether it is checked, or which of several are.
 * @example
 * ```ts
 * const values: Record<string, Value> = { from: 'Ada', text: 'Hello' };
 * const chat = await mountLive(Chat, { session: { room: 'lobby' } });
 * await chat.fill('form', values);
 * chat.values('form'); // => { from: 'Ada', text: 'Hello' }
 * ```
 */
export type Value = string | number | boolean | readonly string[];

/** Somebody who uses a page. `doing` is what the test called, for messages. */
export class User {
  readonly #$: CheerioAPI;
  readonly controls: Controls;
  readonly #events: Events;

  constructor($: CheerioAPI, controls: Controls, events: Events) {
    this.#$ = $;
    this.controls = controls;
    this.#events = events;
  }

  // --- Clicks ----------------------------------------------------------------------------------------------------

  /** Clicks on an element. */
  click(element: Element, doing: string): void {
    const used = closest(element, (it) => isButton(it) || isControl(it)) ?? element;
    if (isDisabled(used)) throw refused(doing, `${describe(used)} is disabled`);
    const hidden = closest(element, ({ attribs }) => attribs.hidden !== undefined || attribs.inert !== undefined);
    if (hidden) throw refused(doing, `${describe(hidden)} is hidden or inert`);
    this.controls.focused = undefined;
    const { isHeard, isPrevented } = this.#events.dispatch({ type: 'click', target: element });
    const hasActed = !isPrevented && this.#actOn(element, doing);
    if (!isHeard && !hasActed) throw refused(doing, this.#events.deaf(element, 'click'));
  }

  /** What a browser does itself after a click. Says whether there was something. */
  #actOn(element: Element, doing: string): boolean {
    const target = closest(element, (it) => isButton(it) || isControl(it) || it.name === 'label');
    if (!target) return false;
    if (target.name === 'label') return this.#actOnLabel(target, doing);
    if (isChoice(target)) {
      const isChecked = this.controls.isChecked(target);
      if (typeOf(target) === 'checkbox' || !isChecked) this.change(target, !isChecked, doing);
      return true;
    }
    const form = this.controls.formOf(target);
    const type = typeOf(target);
    if (form && type === 'reset') this.controls.reset(form);
    if (form && (type === 'submit' || type === 'image')) this.#submit(form, target, doing);
    return form !== undefined && /^(?:submit|image|reset)$/.test(type);
  }

  #actOnLabel(label: Element, doing: string): boolean {
    const { for: id } = label.attribs;
    const [control] =
      id === undefined ? this.#$(label).find('input,select,textarea,button').toArray() : all(this.#$, `[id="${id}"]`);
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
    const fault = findFault(this.controls, form, submitter);
    if (fault) throw refused(doing, `a browser would not submit the form: ${describe(fault.control)}: ${fault.why}`);
    if (!this.#events.submit(form, submitter)) throw refused(doing, this.#events.deaf(form, 'submit'));
  }

  // --- Typing ----------------------------------------------------------------------------------------------------

  /** Puts a value into a control, as a user can, and lets the page know. */
  change(control: Element, value: Value, doing: string): void {
    if (isDisabled(control)) throw refused(doing, `${describe(control)} is disabled`);
    if (control.attribs.readonly !== undefined && isText(control))
      throw refused(doing, `${describe(control)} is readonly`);
    this.#enter(control, value, doing);
    this.#events.dispatch({ type: 'input', target: control });
    this.#events.dispatch({ type: 'change', target: control });
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
    if (!isChoice(first) && named.length > 1) return this.#fillAll(named, [value].flat(), doing);
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

  /** Several fields of one name get a value each. */
  #fillAll(named: readonly Element[], values: readonly (string | number | boolean)[], doing: string): void {
    if (values.length !== named.length)
      throw refused(doing, `there are ${named.length} fields, and ${values.length} values: ${describeAll(named)}`);
    for (const [at, control] of named.entries()) this.change(control, values[at] as string, doing);
  }

  /** Chooses files. */
  upload(control: Element, files: readonly File[], doing: string): void {
    if (typeOf(control) !== 'file') throw refused(doing, `${describe(control)} takes no files`);
    if (isDisabled(control)) throw refused(doing, `${describe(control)} is disabled`);
    if (files.length > 1 && control.attribs.multiple === undefined)
      throw refused(doing, `${describe(control)} takes one file: it is not "multiple"`);
    this.controls.enter(control, { files });
    this.#events.dispatch({ type: 'input', target: control });
    this.#events.dispatch({ type: 'change', target: control });
  }
}
