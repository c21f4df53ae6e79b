// Owns what a user has typed, chosen and picked: it stays until the server says something new of the control, or its form has been submitted.

import type { CheerioAPI } from 'cheerio';
import {
  closest,
  type Element,
  inherited,
  isButton,
  isChoice,
  isControl,
  isDisabled,
  isElement,
  textOf,
  typeOf,
} from './dom.ts';

/** What a user did to a control. */
interface Entered {
  readonly value?: string;
  readonly checked?: boolean;
  /** The values chosen in a select. */
  readonly chosen?: readonly string[];
  readonly files?: readonly File[];
}

/** An entry of a form. */
export type FormEntry = readonly [name: string, value: string | File];

/** The controls of one page. */
export class Controls {
  readonly #$: CheerioAPI;
  readonly #entered = new WeakMap<Element, Entered & { readonly at: number }>();
  #count = 0;
  /** Where the caret is: a text field that is being typed in keeps its text. */
  focused: Element | undefined;

  constructor($: CheerioAPI) {
    this.#$ = $;
  }

  /** Notes what has been entered into a form; the result puts it there again. */
  keep(form: Element): () => void {
    const kept = this.of(form).map((control) => [control, this.#entered.get(control)] as const);
    return () => {
      for (const [control, entered] of kept) if (entered) this.#entered.set(control, entered);
    };
  }

  /** What has been entered until now; see {@link settle}. */
  get count(): number {
    return this.#count;
  }

  enter(control: Element, entered: Entered): void {
    if (entered.checked && typeOf(control) === 'radio')
      for (const other of this.group(control)) this.#note(other, { checked: other === control });
    else this.#note(control, entered);
    this.focused = control;
  }

  #note(control: Element, entered: Entered): void {
    this.#entered.set(control, { ...entered, at: ++this.#count });
  }

  /** The server says something new of a control, or of an option: it shows that. */
  readonly changed = (element: Element): void => {
    const control = element.name === 'option' ? closest(element, ({ name }) => name === 'select') : element;
    if (!control || (control === this.focused && isText(control))) return;
    this.#entered.delete(control);
    if (typeOf(control) !== 'radio' || control.attribs.checked === undefined) return;
    for (const other of this.group(control)) if (other !== control) this.#note(other, { checked: false });
  };

  /** A form has been submitted: it shows the server's values, but for what was entered since `count`. A reset forgets that too. */
  settle(form: Element, count = Number.POSITIVE_INFINITY): void {
    for (const control of this.of(form)) this.#settle(control, count);
  }

  /** The same of a checkbox, or of a radio and the others of its group. */
  settleChoice(control: Element, count: number): void {
    const group = typeOf(control) === 'radio' ? this.group(control) : [control];
    for (const one of group) this.#settle(one, count);
  }

  #settle(control: Element, count: number): void {
    if ((this.#entered.get(control)?.at ?? Number.POSITIVE_INFINITY) <= count) this.#entered.delete(control);
  }

  /** Whether a user has changed a control. */
  isEntered(control: Element): boolean {
    return this.#entered.has(control);
  }

  // --- What a control shows --------------------------------------------------------------------------------------

  valueOf(control: Element): string {
    const entered = this.#entered.get(control)?.value;
    if (control.name === 'textarea') return entered ?? textOf(control).replace(/^\n/, '');
    if (control.name === 'select') return this.chosen(control).map(optionValue)[0] ?? '';
    return entered ?? control.attribs.value ?? (isChoice(control) ? 'on' : '');
  }

  /** What a control shows, in the form that suits its kind. */
  shown(control: Element): string | boolean | readonly string[] | readonly File[] {
    if (isChoice(control)) return this.isChecked(control);
    if (typeOf(control) === 'file') return this.filesOf(control);
    const isMany = control.name === 'select' && control.attribs.multiple !== undefined;
    return isMany ? this.chosen(control).map(optionValue) : this.valueOf(control);
  }

  isChecked(control: Element): boolean {
    return this.#entered.get(control)?.checked ?? control.attribs.checked !== undefined;
  }

  filesOf(control: Element): readonly File[] {
    return this.#entered.get(control)?.files ?? [];
  }

  options(select: Element): Element[] {
    return this.#$(select).find('option').toArray();
  }

  /** The options of a select that are chosen. Where only one can be and none is marked, that is the first. */
  chosen(select: Element): Element[] {
    const options = this.options(select);
    const isMany = select.attribs.multiple !== undefined;
    const entered = this.#entered.get(select)?.chosen;
    const found = options.filter((it) => (entered ? entered.includes(optionValue(it)) : 'selected' in it.attribs));
    if (isMany || (entered && found.length > 0)) return found;
    const first = Number(select.attribs.size ?? 1) > 1 ? undefined : options.find((it) => !isDisabledOption(it));
    return [found.at(-1) ?? first].filter((it) => it !== undefined);
  }

  // --- Forms -----------------------------------------------------------------------------------------------------

  /** The form that a control belongs to: the one around it, or the one that `form=` names. */
  formOf(control: Element): Element | undefined {
    const { form } = control.attribs;
    if (form === undefined || !(isControl(control) || isButton(control)))
      return closest(control, ({ name }) => name === 'form');
    return this.#$('form')
      .toArray()
      .find(({ attribs }) => attribs.id === form);
  }

  /** The controls and buttons of a form, wherever they stand; of another element, those in it. In the page's order. */
  of(form: Element): Element[] {
    if (form.name !== 'form') return this.#$(form).find('input,select,textarea,button').toArray();
    return this.#$('input,select,textarea,button')
      .toArray()
      .filter((control) => this.formOf(control) === form);
  }

  /** What a form sends, as a browser gathers it: WHATWG HTML, 4.10.21.4. */
  entries(form: Element, submitter?: Element): FormEntry[] {
    return this.of(form)
      .filter((control) => (isButton(control) ? control === submitter : true))
      .flatMap((control) => this.entriesOf(control));
  }

  /** What one control adds to its form. */
  entriesOf(control: Element): FormEntry[] {
    const { name } = control.attribs;
    if (!name || isDisabled(control) || closest(control, (it) => it.name === 'datalist')) return [];
    if (isChoice(control) && !this.isChecked(control)) return [];
    if (typeOf(control) === 'file') return this.filesOf(control).map((file) => [name, file]);
    if (control.name !== 'select') return [[name, this.valueOf(control)]];
    const chosen = this.chosen(control).filter((option) => !isDisabledOption(option));
    return chosen.map((option) => [name, optionValue(option)]);
  }

  /** A radio, and those that it takes the choice away from. */
  group(radio: Element): Element[] {
    const { name } = radio.attribs;
    const form = this.formOf(radio);
    const isInIt = (other: Element) => other.attribs.name === name && this.formOf(other) === form;
    return name ? this.#$('input[type=radio]').toArray().filter(isInIt) : [radio];
  }
}

/** Whether a control is one in which a user types. */
export function isText(control: Element): boolean {
  if (control.name === 'textarea') return true;
  return (
    control.name === 'input' &&
    !isChoice(control) &&
    !/^(?:button|submit|reset|image|file|range|color|hidden)$/.test(typeOf(control))
  );
}

export function optionValue(option: Element): string {
  return option.attribs.value ?? textOf(option).replace(/\s+/g, ' ').trim();
}

export function isDisabledOption(option: Element): boolean {
  const { parent } = option;
  const group = isElement(parent) && parent.name === 'optgroup' && parent.attribs.disabled !== undefined;
  return group || option.attribs.disabled !== undefined;
}

/** Whether an element's files are sent, and not their names alone. */
export function sendsFiles(element: Element, form: Element | undefined): boolean {
  const said =
    inherited(element, 'hx-encoding') ?? inherited(element, 'hx-encoding:inherited') ?? form?.attribs.enctype;
  return said === 'multipart/form-data';
}
