// The components of docs/guides/moving.md, as they stand there, in the hands of a user.
import { readFileSync } from 'node:fs';
import { html, type InvalidEvent, LiveComponent, type Params, topic } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { samplesOf } from '../support/quotes.ts';

const jobs = { done: 1, total: 3 };

class Progress extends LiveComponent {
  static component = 'app.Progress';

  mount() {
    this.every(2000, () => this.changed());
  }

  render() {
    return html`<progress value="${jobs.done}" max="${jobs.total}"></progress>`;
  }
}

test('polling: the server looks, and sends what has changed', async () => {
  const view = await mountLive(Progress);
  jobs.done = 2;
  expect(view.find('progress').attr('value')).toBe('1');
  await view.elapse(2000);
  expect(view.find('progress').attr('value')).toBe('2');
});

const said = topic<{ from: string; text: string }>('chat');

class Chat extends LiveComponent<{ from: string }> {
  static component = 'app.Chat';
  static events = { say: z.object({ text: z.string().trim().min(1) }) };
  lines: { from: string; text: string }[] = [];

  mount() {
    this.subscribe(said, (line) => this.lines.push(line));
  }

  say({ text }: Params<typeof Chat, 'say'>) {
    this.publish(said, { from: this.session.from, text });
  }

  render() {
    return html`
      <ul>${this.lines.map(({ from, text }) => html`<li>${from}: ${text}</li>`)}</ul>
      <form lv-event="say"><input name="text" required></form>`;
  }
}

test('ws: what is said reaches everybody', async () => {
  const ada = await mountLive(Chat, { session: { from: 'Ada' } });
  const bob = await ada.join({ session: { from: 'Bob' } });
  await ada.submit('form', { text: '<hello>' });
  await bob.submit('form', { text: 'hi' });
  for (const view of [ada, bob]) expect(view.text).toContain('Ada: <hello>Bob: hi');
  expect(ada.values('form')).toEqual({ text: '' });
});

const rates = topic<number>('rates');

class Rate extends LiveComponent {
  static component = 'app.Rate';
  rate = 0;

  mount() {
    this.subscribe(rates, (rate) => {
      this.rate = rate;
    });
  }

  render() {
    return html`<b>${this.rate}</b>`;
  }
}

test('sse: what a route or a timer publishes is shown', async () => {
  const view = await mountLive(Rate);
  await view.publish(rates, 1.08);
  expect(view.text).toBe('1.08');
});

const posted = topic<string>('posted');

class CreatePost extends LiveComponent {
  static component = 'app.CreatePost';
  static events = {
    check: true,
    save: z.object({ title: z.string().min(3, 'At least three letters.') }),
  };
  length = 0;
  error = '';

  check({ title }: { title?: unknown }) {
    this.length = String(title).length;
  }

  save({ title }: Params<typeof CreatePost, 'save'>) {
    this.error = '';
    this.length = 0;
    this.publish(posted, title);
    this.browser.push('toast', { text: `Posted: ${title}` });
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.title ?? '';
  }

  render() {
    return html`
      <form lv-event="save">
        <input name="title" lv-event="check" hx-trigger="input changed delay:150ms">
        <small>${this.length} letters</small> <em>${this.error}</em>
        <button hx-disabled-elt="this">Save</button>
      </form>`;
  }
}

test('Livewire: a model, an action, an event to others and one to the browser', async () => {
  const view = await mountLive(CreatePost);
  await view.fill('form', { title: 'ab' });
  await view.elapse(150);
  expect(view.find('small').text()).toBe('2 letters');
  expect(await view.submit('form')).toEqual({ status: 422 });
  expect(view.find('em').text()).toBe('At least three letters.');
  await view.submit('form', { title: 'abc' });
  expect(view.pushes).toEqual([expect.objectContaining({ name: 'toast', detail: { text: 'Posted: abc' } })]);
});

class Thermostat extends LiveComponent<{ room: string }> {
  static component = 'app.Thermostat';
  static events = { warmer: true };
  degrees = 20;

  mount() {
    if (this.connected) this.every(30_000, () => this.cool());
  }

  cool() {
    this.degrees -= 1;
  }

  warmer() {
    this.degrees += 1;
  }

  render() {
    return html`<p>${this.session.room}: ${this.degrees}°</p><button lv-event="warmer">+</button>`;
  }
}

test('LiveView: assigns are fields, handle_event is a method, handle_info a timer or a topic', async () => {
  const view = await mountLive(Thermostat, { session: { room: 'Kitchen' } });
  await view.click('button');
  expect(view.text).toContain('Kitchen: 21°');
  await view.elapse(30_000);
  expect(view.text).toContain('Kitchen: 20°');
});

test('the samples of the guide are those of this file', () => {
  const here = readFileSync(import.meta.filename, 'utf8');
  const samples = samplesOf('docs/guides/moving.md', 'ts');
  expect(samples.length).toBe(5);
  for (const sample of samples) {
    const text = sample.replace(/^import .*\n+/gm, '').trim();
    expect(here).toContain(text);
  }
});
