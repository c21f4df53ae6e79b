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

/** An event on its way: where it was sent from, what it happened to, and what had been entered by then. */
interface Underway {
  readonly source: Element;
  readonly target: Element;
  readonly count: number;
}

/** An entry of a form. */
export type FormEntry = readonly [name: string, value: string | File];

/** The controls of one page. */
export class Controls {
  readonly #$: CheerioAPI;
  readonly #entered = new WeakMap<Element, Entered & { readonly at: number }>();
  readonly #underway = new Set<Underway>();
  /** Controls that do not show what the server has said of them. */
  readonly #withheld = new WeakSet<Element>();
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
    if (!control || this.#isTyped(control)) return;
    if (this.#isHeld(control)) {
      for (const it of this.group(control)) this.#withheld.add(it);
      return;
    }
    this.#showServer(control);
    if (typeOf(control) !== 'radio' || control.attribs.checked === undefined) return;
    for (const other of this.group(control)) if (other !== control) this.#note(other, { checked: false });
  };

  /** A form is reset: it shows the server's values. */
  reset(form: Element): void {
    for (const control of this.of(form)) this.#showServer(control);
  }

  /**
   * An event is on its way: what is entered meanwhile is not taken back by its answer. The result is called when it has ended,
   * `isDone` if well: its controls show what was withheld, and those of a submitted form, or the checkbox or radio that fired, the
   * server's values in any case; unless something has been entered since.
   */
  hold(source: Element, target: Element, isSubmit: boolean): (isDone: boolean) => void {
    const event: Underway = { source, target, count: this.#count };
    this.#underway.add(event);
    return (isDone) => {
      this.#underway.delete(event);
      const controls = this.#controlsOf(event);
      const following = !isDone ? [] : isSubmit ? controls : isChoice(source) ? this.group(source) : [];
      for (const control of controls) {
        if (this.#timeOf(control) > event.count) continue;
        const isDue = this.#withheld.has(control) && !this.#isHeld(control) && !this.#isTyped(control);
        if (isDue || following.includes(control)) this.#showServer(control);
      }
    };
  }

  /** Whether a user has changed a control for whose events there is no answer yet, or after one that tells of it had gone out. */
  #isHeld(control: Element): boolean {
    return [...this.#underway].some((event) => {
      const { source, target, count } = event;
      const fired = isControl(target) && !isButton(target) ? [source, ...this.group(target)] : [];
      const isOwn = fired.some((by) => closest(control, (it) => it === by));
      return this.#timeOf(control) > (isOwn ? 0 : count) && this.#controlsOf(event).includes(control);
    });
  }

  /** The controls that an event may tell of: what it happened to, and those of its form, or in its element. */
  #controlsOf({ source, target }: Underway): Element[] {
    const form = source.name === 'form' ? source : this.formOf(source);
    return [...[source, target].flatMap((it) => this.group(it)), ...this.of(form ?? source)];
  }

  #timeOf(control: Element): number {
    return this.#entered.get(control)?.at ?? 0;
  }

  #isTyped(control: Element): boolean {
    return control === this.focused && isText(control);
  }

  #showServer(control: Element): void {
    this.#entered.delete(control);
    this.#withheld.delete(control);
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

  /** A radio, and those that it takes the choice away from; anything else alone. */
  group(radio: Element): Element[] {
    const { name } = radio.attribs;
    if (typeOf(radio) !== 'radio') return [radio];
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
