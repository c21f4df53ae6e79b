// Owns the controls of forms: what a user typed or chose is theirs until the server says something new, or their form is settled.

/** A control whose value the user can change. */
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** When the user last changed a control, in milliseconds of the page. */
const touched = new WeakMap<EventTarget, number>();

/** Starts to note which controls the user changes. */
export function watchControls(): void {
  for (const type of ['input', 'change']) {
    document.addEventListener(type, (event) => event.target && touched.set(event.target, performance.now()), true);
  }
}

/** Whether an element is a text field in which the user is now: its value is not taken away from under the caret. */
export function isBeingTyped(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  if (element !== element.ownerDocument.activeElement) return false;
  if (element instanceof HTMLTextAreaElement) return true;
  return (
    element instanceof HTMLInputElement &&
    !isChoice(element) &&
    !/^(?:button|submit|reset|image|file|range|color)$/.test(element.type)
  );
}

/** Whether an element is a checkbox or a radio. */
export function isChoice(element: Element): boolean {
  return element instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(element.type);
}

/**
 * Runs `write`, which changes what the server says of a control, and makes the control show it.
 * A text field that is being typed in keeps its value; its attribute changes all the same.
 */
export function changeControl(element: Element, write: () => void): void {
  if (isBeingTyped(element)) {
    // from here on the attribute and the value go separate ways; half a number has no value that could be set
    if (!element.validity.badInput) element.value = String(element.value);
    write();
    return;
  }
  write();
  showServerValue(element);
}

/** Makes a control show what the server's HTML says. */
function showServerValue(element: Element): void {
  if (element instanceof HTMLOptionElement) element.selected = element.defaultSelected;
  else if (element instanceof HTMLTextAreaElement) element.value = element.defaultValue;
  else if (element instanceof HTMLSelectElement) resetSelect(element);
  else if (element instanceof HTMLInputElement) {
    if (isChoice(element)) element.checked = element.defaultChecked;
    else if (element.type === 'file') element.value = '';
    else if (element.value !== element.defaultValue) element.value = element.defaultValue;
  }
}

/** Chooses what the server's HTML marks as selected; without a mark, the first that can be chosen, as a browser does. */
function resetSelect(select: HTMLSelectElement): void {
  const options = [...select.options];
  for (const option of options) option.selected = option.defaultSelected;
  if (!select.multiple && select.size <= 1 && !options.some((option) => option.defaultSelected)) {
    select.selectedIndex = options.findIndex((option) => !option.disabled);
  }
}

/**
 * An event has settled. The controls of a submitted form, or the checkbox or radio that fired, take the server's values,
 * unless the user has changed them since `sent`.
 */
export function settleControls(source: Element, isSubmit: boolean, sent: number): void {
  for (const control of controlsOf(source, isSubmit)) {
    if ((touched.get(control) ?? 0) <= sent) showServerValue(control);
  }
}

function controlsOf(source: Element, isSubmit: boolean): Element[] {
  if (isSubmit && source instanceof HTMLFormElement) return [...source.elements].filter(isControl);
  if (!isChoice(source)) return [];
  const { type, name, form } = source as HTMLInputElement;
  if (type !== 'radio') return [source];
  const radios = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')];
  return radios.filter((it) => it.name === name && it.form === form);
}

/** Notes what a form's controls show; the result makes them show it again. */
export function keepControls(form: HTMLFormElement): () => void {
  const kept = [...form.elements].filter(isControl).map((control) => {
    return [control, partsOf(control).map(([part, name]) => part[name])] as const;
  });
  return () => {
    for (const [control, values] of kept) {
      for (const [at, [part, name]] of partsOf(control).entries())
        if (control.isConnected) part[name] = values[at] ?? false;
    }
  };
}

/** What of a control shows what a user chose, and the property that says it. */
function partsOf(control: Control): [part: Record<string, unknown>, name: string][] {
  const parts = control instanceof HTMLSelectElement ? [...control.options] : [control];
  const name = control instanceof HTMLSelectElement ? 'selected' : isChoice(control) ? 'checked' : 'value';
  return control.type === 'file' ? [] : parts.map((part) => [part as unknown as Record<string, unknown>, name]);
}

function isControl(element: Element): element is Control {
  return element instanceof HTMLInputElement
    ? !/^(?:hidden|button|submit|reset|image)$/.test(element.type)
    : element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
}
