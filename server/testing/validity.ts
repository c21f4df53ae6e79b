// Owns the question whether a browser would submit a form: WHATWG HTML, 4.10.19, as far as users meet it.

import { type Controls, isText } from './controls.ts';
import { attributeOf, type Element, isButton, isControl, isDisabled, typeOf } from './dom.ts';

/** The first control that keeps a browser from submitting a form, and why. */
export interface Fault {
  readonly control: Element;
  readonly why: string;
}

/** Looks for what keeps a browser from submitting a form. */
export function findFault(controls: Controls, form: Element, submitter?: Element): Fault | undefined {
  const isUnchecked = attributeOf(form, 'hx-validate') !== 'true' && form.attribs.novalidate !== undefined;
  if (isUnchecked || submitter?.attribs.formnovalidate !== undefined) return undefined;
  for (const control of controls.of(form)) {
    const why = isChecked(control) ? faultOf(controls, control) : undefined;
    if (why) return { control, why };
  }
  return undefined;
}

function isChecked(control: Element): boolean {
  if (!isControl(control) || isButton(control) || typeOf(control) === 'hidden') return false;
  return control.attribs.readonly === undefined && !isDisabled(control);
}

function faultOf(controls: Controls, control: Element): string | undefined {
  const { required, pattern, minlength = 0 } = control.attribs;
  if (isEmpty(controls, control)) return required === undefined ? undefined : 'it is required, and empty';
  const value = controls.valueOf(control);
  if (!isText(control) && typeOf(control) !== 'range') return undefined;
  if (pattern !== undefined && !matches(value, pattern)) return `it does not match ${pattern}`;
  if (controls.isEntered(control) && value.length < Number(minlength)) return `it has less than ${minlength} letters`;
  return typeFault(control, value);
}

function isEmpty(controls: Controls, control: Element): boolean {
  if (typeOf(control) === 'radio') return !controls.group(control).some((it) => controls.isChecked(it));
  if (typeOf(control) === 'checkbox') return !controls.isChecked(control);
  if (typeOf(control) === 'file') return controls.filesOf(control).length === 0;
  return controls.valueOf(control) === '';
}

/** A pattern that is no regular expression is none for a browser. */
function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v').test(value);
  } catch {
    return true;
  }
}

function typeFault(control: Element, value: string): string | undefined {
  const { min, max } = control.attribs;
  const type = typeOf(control);
  if (type === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return 'it is no address of mail';
  if (type === 'url' && !URL.canParse(value)) return 'it is no URL';
  if (type !== 'number' && type !== 'range') return undefined;
  if (min !== undefined && Number(value) < Number(min)) return `it is less than ${min}`;
  if (max !== undefined && Number(value) > Number(max)) return `it is more than ${max}`;
  return undefined;
}
