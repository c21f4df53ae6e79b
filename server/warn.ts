// Owns the help for developers: what still renders, but not as well as it could, is said once for each component.

import { Html } from '../views/html.ts';
import { noting } from '../views/noted.ts';
import { doubledId, isSound, type Rendered } from './diff.ts';
import { LiveError } from './errors.ts';
import type { Instance } from './instance.ts';

/** Says what is odd in a content, once for each component class and kind of oddity. */
export class Helper {
  readonly #said = new Set<string>();
  readonly #report: (instance: Instance, error: unknown, doing: string) => void;
  readonly #isOn: boolean;

  /** @param isOn whether this is development: production has better things to do. */
  constructor(report: (instance: Instance, error: unknown, doing: string) => void, isOn: boolean) {
    this.#report = report;
    this.#isOn = isOn;
  }

  /** Renders, and looks whether the text of a template was put where text is escaped. What `render()` does after an `await` is not seen. */
  render(instance: Instance, render: () => unknown): unknown {
    if (!this.#isOn) return render();
    const { made, texts } = noting(render);
    if (texts.size === 0 || !(made instanceof Html) || !shows(made, texts)) return made;
    const cure = "Leave out .join('') or String(…): a template and an array of them are fine as they are; or use raw()";
    const what = 'the text of an html`…` stands in another one, where it is escaped and shows its tags';
    this.#say(instance, 'ERR_LIVE_HTML_STRING', `${what}. ${cure}.`);
    return made;
  }

  /** Looks at a content that is about to be sent. */
  look(instance: Instance, content: Rendered): void {
    if (!this.#isOn) return;
    if (!isSound(content)) {
      const why = 'an element is not closed, or stands where a browser would not leave it';
      this.#say(instance, 'ERR_LIVE_MARKUP', `${why}. Mend it; until then each change sends the whole content.`);
      return;
    }
    const id = doubledId(content);
    if (id === undefined) return;
    const cure = 'Give each its own; until then more HTML than needed is sent';
    this.#say(instance, 'ERR_LIVE_DUPLICATE_ID', `two elements have id=${JSON.stringify(id)}. ${cure}.`);
  }

  #say(instance: Instance, code: string, message: string): void {
    const { component } = instance.statics;
    const key = `${code} ${component}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#report(instance, new LiveError(code, `${component}: ${message}`), 'render()');
  }
}

/** Whether one of some texts stands between the tags of a template, at any depth, and not as Html. */
function shows({ template, values }: Html, texts: ReadonlySet<string>): boolean {
  const isThere = (value: unknown): boolean => {
    if (typeof value === 'string') return value.includes('<') && [...texts].some((text) => value.includes(text));
    return value instanceof Html ? shows(value, texts) : Array.isArray(value) && value.some(isThere);
  };
  return values.some((value, at) => template.holes[at]?.kind === 'text' && isThere(value));
}
