// A form in three steps, checked as one types. What was typed is kept as it was typed, and everything shown follows from it.
import { type Fields, html, LiveComponent, type LiveEvent } from 'htmx-liveview';
import { type Control, problemsOf, type Step, steps } from './steps.ts';

let lastNumber = 1000;

export class Wizard extends LiveComponent {
  static component = 'demo.Wizard';
  static events = { check: true, next: true, back: true, book: true, again: true };

  /** Which step it is; after the last one comes the summary. */
  at = 0;
  draft: Record<string, string> = {};
  /** The controls whose problems are shown: nobody is told off for what they have not come to. */
  seen = new Set<string>();
  /** The number of the booking, once it is made. */
  booked = 0;

  /** Comes 300 ms after the last letter; a submit takes back the one that still waits. */
  check(fields: Fields, event: LiveEvent) {
    this.keep(fields);
    if (event.field) this.seen.add(event.field);
  }

  next(fields: Fields, event: LiveEvent) {
    this.keep(fields);
    const { step } = this;
    if (!step) return;
    for (const name of Object.keys(step.controls)) this.seen.add(name);
    const [wrong] = Object.keys(problemsOf(step, this.draft));
    if (wrong === undefined) this.goTo(this.at + 1, event);
    else event.browser.push('focus-on', { selector: `[name=${wrong}]` });
  }

  /** The button stands in the form, so what was typed comes along. */
  back(fields: Fields, event: LiveEvent) {
    this.keep(fields);
    this.goTo(Math.max(0, this.at - 1), event);
  }

  book(_: Fields, event: LiveEvent) {
    const wrong = steps.findIndex((step) => Object.keys(problemsOf(step, this.draft)).length > 0);
    if (wrong >= 0) return this.goTo(wrong, event); // midnight has passed meanwhile, say
    this.booked = ++lastNumber;
    event.browser.push('focus-on', { selector: 'h2' });
  }

  again(_: Fields, event: LiveEvent) {
    this.booked = 0;
    this.draft = {};
    this.seen.clear();
    this.goTo(0, event);
  }

  get step(): Step | undefined {
    return steps[this.at];
  }

  keep(fields: Fields) {
    for (const name of Object.keys(this.step?.controls ?? {})) this.draft[name] = String(fields[name] ?? '');
  }

  /** Who can't see that the step has changed hears its title. */
  goTo(at: number, { browser }: LiveEvent) {
    this.at = at;
    browser.push('focus-on', { selector: 'h2' });
  }

  render() {
    if (this.booked) return this.renderDone();
    return html`
      <ol class="steps">${[...steps, { title: 'Is that right?' }].map(
        ({ title }, at) => html`<li id="step-${at}" aria-current="${at === this.at ? 'step' : null}">${title}</li>`,
      )}</ol>
      ${this.step ? this.renderStep(this.step) : this.renderSummary()}`;
  }

  renderStep(step: Step) {
    const problems = problemsOf(step, this.draft);
    return html`
      <form id="form-${step.name}" lv-event="next" novalidate>
        <h2 tabindex="-1">${step.title}</h2>
        <fieldset lv-event="check" hx-trigger="input delay:300ms">
          ${Object.entries(step.controls).map(([name, control]) =>
            renderControl(name, control, this.draft[name] ?? '', this.seen.has(name) ? problems[name] : undefined),
          )}
        </fieldset>
        <div class="row">
          <button type="button" lv-event="back" class="quiet" disabled="${this.at === 0}">Back</button>
          <button>Next</button>
        </div>
      </form>`;
  }

  renderSummary() {
    const controls = steps.flatMap((step) => Object.entries(step.controls));
    return html`
      <div id="summary">
        <h2 tabindex="-1">Is that right?</h2>
        <dl>${controls.map(([name, { label }]) => html`<dt>${label}</dt><dd>${this.draft[name] || '—'}</dd>`)}</dl>
        <div class="row">
          <button lv-event="back" class="quiet">Back</button>
          <button lv-event="book">Book</button>
        </div>
      </div>`;
  }

  renderDone() {
    return html`
      <div id="done">
        <h2 tabindex="-1">See you, ${this.draft.name}!</h2>
        <p>Your number is <b>${this.booked}</b>. Nothing was sent: this is an example.</p>
        <button lv-event="again" class="quiet">Book another table</button>
      </div>`;
  }
}

function renderControl(name: string, { label, type, options, autocomplete }: Control, value: string, problem?: string) {
  const isWrong = problem !== undefined;
  const says = html`<span id="says-${name}" class="error" aria-live="polite">${problem}</span>`;
  return options
    ? html`
      <p id="control-${name}" class="control"><label>${label}
        <select name="${name}" aria-invalid="${isWrong}" aria-describedby="says-${name}">
          <option value="">Choose…</option>
          ${options.map((it) => html`<option selected="${it === value}">${it}</option>`)}
        </select></label>${says}</p>`
    : html`
      <p id="control-${name}" class="control"><label>${label}
        <input name="${name}" type="${type ?? 'text'}" value="${value}" autocomplete="${autocomplete ?? 'off'}"
          aria-invalid="${isWrong}" aria-describedby="says-${name}"></label>${says}</p>`;
}
