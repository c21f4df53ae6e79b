// Components that several suites use.
import { html, type InvalidEvent, LiveComponent, type LiveEvent, type Params, topic } from 'htmx-liveview';
import { z } from 'zod';

/** The specification's counter, with what a test wants to know about its life. */
export class Counter extends LiveComponent<{ start?: number }> {
  static component = 'test.Counter';
  static events = { increment: true, set: z.object({ count: z.coerce.number().int() }) };
  static log: string[] = [];
  count = 0;

  mount() {
    this.count = this.session.start ?? 0;
    Counter.log.push(`mount ${this.connected ? 'live' : 'static'}`);
  }

  unmount() {
    Counter.log.push('unmount');
  }

  increment() {
    this.count += 1;
  }

  set({ count }: Params<typeof Counter, 'set'>) {
    this.count = count;
  }

  render() {
    return html`<p>Count: ${this.count}</p><button lv-event="increment">+1</button>`;
  }
}

export const news = topic<string>('news');

/** Shows what was published. */
export class Reader extends LiveComponent {
  static component = 'test.Reader';
  static events = { say: true };
  heard: string[] = [];

  mount() {
    this.subscribe(news, (text) => this.heard.push(text));
  }

  say({ text }: { readonly text?: unknown }) {
    this.publish(news, String(text));
  }

  render() {
    return html`<ul>${this.heard.map((text) => html`<li>${text}</li>`)}</ul>`;
  }
}

/** Shows why a form was refused. */
export class Signup extends LiveComponent {
  static component = 'test.Signup';
  static events = { save: z.object({ age: z.coerce.number('must be a number').min(18, 'too young') }) };
  saved = 0;
  why = '';

  save({ age }: Params<typeof Signup, 'save'>, event: LiveEvent) {
    this.saved = age;
    this.why = event.field ?? '';
  }

  invalid({ messages }: InvalidEvent) {
    this.why = messages.age ?? '';
  }

  render() {
    return html`<p>saved ${this.saved}, ${this.why}</p>`;
  }
}

/** Can be shown, and can't be live. */
export class Broken extends LiveComponent {
  static component = 'test.Broken';
  mount() {
    if (this.connected) throw new Error('live only');
  }
  render() {
    return '';
  }
}
