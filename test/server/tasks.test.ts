// Work outside the one-at-a-time queue, and how it is ended.
import { setTimeout as wait } from 'node:timers/promises';
import { html, LiveComponent } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';

class Worker extends LiveComponent {
  static component = 'test.Worker';
  static events = { start: true, stop: true };
  ended: string[] = [];
  #stop = () => {};

  start() {
    this.#stop = this.task('work', async (signal) => {
      try {
        await wait(60_000, undefined, { signal });
      } finally {
        this.ended.push(signal.aborted ? 'aborted' : 'done');
      }
    });
  }
  stop() {
    this.#stop();
  }
  failed() {
    return html`failed`;
  }
  render() {
    return html`<button lv-event="start">start</button><button lv-event="stop">stop</button><p>${this.ended.join(' ')}</p>`;
  }
}

test('what starts a task can end it, which is no failure', async () => {
  const view = await mountLive(Worker);
  await view.click('[lv-event=start]');
  expect(view.find('p').text()).toBe('');
  await view.click('[lv-event=stop]');
  await view.settled();
  expect(view.find('p').text()).toBe('aborted');
});

test('a second task of one name ends the first, and can itself be ended', async () => {
  const view = await mountLive(Worker);
  await view.click('[lv-event=start]');
  await view.click('[lv-event=start]');
  await view.until(() => view.find('p').text() === 'aborted');
  await view.click('[lv-event=stop]');
  await view.settled();
  expect(view.find('p').text()).toBe('aborted aborted');
});
