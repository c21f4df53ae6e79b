// Checked by `npm run types`: each line marked @ts-expect-error must be a compile error, and everything else must not be one.

import { html, LiveComponent, type LiveEvent, liveview, type Params, presence, topic } from 'htmx-liveview';
import { connectLive, mountLive } from 'htmx-liveview/testing';
import { z } from 'zod';

const secret = 'x'.repeat(32);

class Counter extends LiveComponent<{ start: number }> {
  static component = 'Counter';
  static events = { increment: true, set: z.object({ count: z.coerce.number() }) };
  count = 0;
  increment() {}
  set({ count }: Params<typeof Counter, 'set'>, event: LiveEvent) {
    this.count = count satisfies number;
    event.browser.title(String(count));
  }
  render() {
    return html`${this.count}`;
  }
}

interface User {
  readonly name: string;
}

class Mine extends LiveComponent<{}, { user: User }> {
  static component = 'Mine';
  static events = { rename: true };
  rename(_: unknown, { context }: LiveEvent<{ user: User }>) {
    context.user.name satisfies string;
  }
  render() {
    return this.context.user.name;
  }
}

const live = liveview({ secret, components: [Counter] });
liveview({ secret, components: [Counter, Mine], context: () => ({ user: { name: 'Ada' } }) });

declare const req: Parameters<typeof live.render>[0];
live.render(req, Counter, { start: 1 });
live.render(req, Mine);

// @ts-expect-error: the payload is missing
live.render(req, Counter);
// @ts-expect-error: the payload has another type
live.render(req, Counter, { start: '1' });
// @ts-expect-error: a component needs a context
liveview({ secret, components: [Mine] });
// @ts-expect-error: the context lacks what the component needs
liveview({ secret, components: [Mine], context: () => ({ user: {} }) });

class NoMethod extends LiveComponent {
  static component = 'NoMethod';
  static events = { remove: true };
  render() {
    return '';
  }
}
// @ts-expect-error: events.remove: there is no public method remove()
liveview({ secret, components: [NoMethod] });

class Private extends LiveComponent {
  static component = 'Private';
  static events = { remove: true };
  private remove() {}
  render() {
    this.remove();
    return '';
  }
}
// @ts-expect-error: events.remove: there is no public method remove()
liveview({ secret, components: [Private] });

class NotAMethod extends LiveComponent {
  static component = 'NotAMethod';
  static events = { remove: true };
  remove = 1;
  render() {
    return '';
  }
}
// @ts-expect-error: events.remove: 'remove' is a field, not a method
liveview({ secret, components: [NotAMethod] });

class NotSendable extends LiveComponent {
  static component = 'NotSendable';
  static events = { set: z.object({ n: z.number() }) };
  set(_: { n: number }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: events.set: a browser sends 'n' as text
liveview({ secret, components: [NotSendable] });

class OtherParams extends LiveComponent {
  static component = 'OtherParams';
  static events = { set: z.object({ n: z.coerce.number() }) };
  set(_: { n: string }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: events.set: set() cannot take what its schema gives
liveview({ secret, components: [OtherParams] });

class OwnName extends LiveComponent {
  static component = 'OwnName';
  static events = { changed: true };
  render() {
    return '';
  }
}
// @ts-expect-error: 'changed' is LiveComponent's own name
liveview({ secret, components: [OwnName] });

class NotJson extends LiveComponent<{ since: Date }> {
  static component = 'NotJson';
  render() {
    return '';
  }
}
// @ts-expect-error: session: only JSON survives signing
liveview({ secret, components: [NotJson] });

const cards = topic<{ title: string }>('cards');
live.publish(cards, { title: 'One' });
// @ts-expect-error: the topic has another type
live.publish(cards, { title: 1 });

const inRoom = presence<{ name: string }>('room');
class Room extends LiveComponent {
  static component = 'Room';
  people = this.presence(inRoom, { name: 'Ada' }, { joined: ({ meta }) => meta.name satisfies string });
  looks = this.presence(inRoom);
  // @ts-expect-error: the presence has another type
  odd = this.presence(inRoom, { name: 1 });
  render() {
    return this.people.members.map(({ meta }) => meta.name satisfies string).join();
  }
}
liveview({ secret, components: [Room] });

// --- htmx-liveview/testing ---------------------------------------------------------------------------------------------

const counter = await mountLive(Counter, { session: { start: 1 } });
counter.pushes.map(({ name }) => name satisfies string);
counter.find('p').text() satisfies string;
counter.join({ session: { start: 2 } });
mountLive(Room);
mountLive(Mine, { context: { user: { name: 'Ada' } } });
counter.publish(cards, { title: 'One' });

// @ts-expect-error: the payload is missing
mountLive(Counter);
// @ts-expect-error: the payload is missing among the options
mountLive(Counter, { url: 'http://localhost/' });
// @ts-expect-error: the payload has another type
mountLive(Counter, { session: { start: '1' } });
// @ts-expect-error: the context is missing
mountLive(Mine);
// @ts-expect-error: the context lacks what the component needs
mountLive(Mine, { context: { user: {} } });
// @ts-expect-error: there is no such option
mountLive(Room, { latency: 1 });
// @ts-expect-error: events.remove: there is no public method remove()
mountLive(NoMethod);
// @ts-expect-error: the payload has another type
counter.join({ session: { start: 'x' } });
// @ts-expect-error: the topic has another type
counter.publish(cards, { title: 1 });
// @ts-expect-error: nobody can fill in an object
counter.fill('form', { a: {} });

const remote = await connectLive('http://localhost:3000/', { headers: { cookie: 'a=b' } });
remote.views.map((view) => view.click('button'));
// @ts-expect-error: its time is the real one
remote.view('Counter').elapse(1000);
