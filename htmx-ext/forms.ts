// Owns the controls of forms: what a user typed or chose is theirs until the server says something new, or their form is settled.

/** A control whose value the user can change. */
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** When the user last changed a control, in milliseconds of the page, and what it showed then. */
const touched = new WeakMap<Element, readonly [at: number, shown: string]>();

/** An event on its way. */
interface Underway {
  readonly source: Element;
  /** What it happened to. */
  readonly target: unknown;
  readonly sent: number;
}

const underway = new Set<Underway>();
/** Controls that the server has said something of which they do not show. */
const withheld = new WeakSet<Element>();

/** Starts to note which controls the user changes. */
export function watchControls(): void {
  for (const type of ['input', 'change']) {
    document.addEventListener(type, ({ target }) => isControl(target) && touch(target, type), true);
  }
}

function touch(control: Control, type: string): void {
  // `change` follows on `input`, maybe much later: it is news only where a script has left `input` out
  if (type === 'change' && touched.get(control)?.[1] === shownBy(control).join()) return;
  for (const it of groupOf(control)) touched.set(it, [performance.now(), shownBy(it).join()]);
}

function timeOf(control: Element): number {
  return touched.get(control)?.[0] ?? 0;
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

/** Whether somebody edits the page in an element: text is not taken away from under the caret. */
export function isEdited(live: Element): boolean {
  const { activeElement: editor } = document;
  return editor instanceof HTMLElement && editor.isContentEditable && editor.contains(live);
}

/** htmx does so after a swap; browsers do it once in a page's life. */
export function autofocus(within: Element): void {
  const field = within.matches('[autofocus]') ? within : within.querySelector('[autofocus]');
  if (field instanceof HTMLElement && document.activeElement === document.body) field.focus();
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
  withheld.delete(element);
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

// --- Answers that come late ----------------------------------------------------------------------------------------

/**
 * An event is on its way: what the user chooses meanwhile is not taken back by its answer. The result is called when it has
 * ended, `isDone` if well: its controls show what was withheld, and those of a submitted form, or the checkbox or radio that
 * fired, the server's values in any case; unless the user has changed them since.
 */
export function holdControls(source: Element, target: unknown, isSubmit: boolean): (isDone: boolean) => void {
  const event: Underway = { source, target, sent: performance.now() };
  underway.add(event);
  return (isDone) => {
    underway.delete(event);
    const others = heldControls();
    const controls = controlsOf(event);
    const following = !isDone ? [] : isSubmit ? controls : isChoice(source) ? groupOf(source) : [];
    for (const control of controls) {
      if (timeOf(control) > event.sent) continue;
      const isDue = withheld.has(control) && !others.includes(control) && !isBeingTyped(control);
      if (isDue || following.includes(control)) showServerValue(control);
    }
  };
}

/** Notes what the controls show that are held; the result makes them show it again, whatever the server has said of them. */
export function withhold(): () => void {
  const restore = keep(heldControls());
  return () => {
    for (const control of restore()) withheld.add(control);
  };
}

/** What the user has changed and events are on their way for; and what was changed after one that tells of it had gone out. */
function heldControls(): Control[] {
  return [...underway].flatMap((event) => {
    const { source, target, sent } = event;
    const fired = isControl(target) ? [source, ...groupOf(target)] : [];
    return controlsOf(event).filter((it) => timeOf(it) > (fired.some((by) => by.contains(it)) ? 0 : sent));
  });
}

/** The controls that an event may tell of: what it happened to, and those of its form, or in its element. */
function controlsOf({ source, target }: Underway): Control[] {
  const form = source.closest('form') ?? (source as HTMLInputElement).form;
  const around = form ? form.elements : source.querySelectorAll('input,select,textarea');
  return [...[source, target].flatMap((it) => (isControl(it) ? groupOf(it) : [])), ...around].filter(isControl);
}

/** A radio and those that it takes the choice away from; any other control alone. */
function groupOf(control: Element): Control[] {
  const { type, name, form } = control as HTMLInputElement;
  if (type !== 'radio' || !name) return [control as Control];
  const radios = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')];
  return radios.filter((it) => it.name === name && it.form === form);
}

// --- What a control shows ------------------------------------------------------------------------------------------

/** Notes what a form's controls show; the result makes them show it again. */
export function keepControls(form: HTMLFormElement): () => void {
  return keep([...form.elements].filter(isControl));
}

/** Notes what controls show; the result makes them show it again, and gives those that did not. */
function keep(controls: readonly Control[]): () => Control[] {
  const kept = controls.map((control) => [control, shownBy(control)] as const);
  return () => {
    // all are compared before one is written: of a group of radios that changes the others
    const changed = kept.filter(([control, shown]) => shownBy(control).join() !== shown.join());
    for (const [control, shown] of changed) show(control, shown);
    return changed.map(([control]) => control);
  };
}

/** What a control shows: of a select the values, since the server may make one option of another. */
function shownBy(control: Control): string[] {
  if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map((it) => it.value);
  return [isChoice(control) ? String((control as HTMLInputElement).checked) : control.value];
}

/** Makes a control show something, or the server's value where a select has no such option any more. */
function show(control: Control, shown: readonly string[]): void {
  const [first = ''] = shown;
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options];
    if (shown[0] !== undefined && !options.some((it) => shown.includes(it.value))) resetSelect(control);
    else for (const it of options) it.selected = shown.includes(it.value);
  } else if (isChoice(control)) (control as HTMLInputElement).checked = first === 'true';
  else if (control.type !== 'file') control.value = first;
}

function isControl(element: unknown): element is Control {
  return element instanceof HTMLInputElement
    ? !/^(?:hidden|button|submit|reset|image)$/.test(element.type)
    : element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
}
