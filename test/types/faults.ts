// Checked by `npm run types`: each line marked @ts-expect-error must be a compile error, and everything else must not be one.
// Where a comment has a text in double quotes, the compiler's error must have it: test/unit/types.test.ts.

import { type } from 'arktype';
import type { Request } from 'express';
import {
  html,
  type InvalidEvent,
  LiveComponent,
  type LiveEvent,
  liveview,
  type Params,
  presence,
  topic,
} from 'htmx-liveview';
import type { LiveviewEvents } from 'htmx-liveview/liveview.js';
import { connectLive, mountLive } from 'htmx-liveview/testing';
import * as v from 'valibot';
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
  invalid({ field, fields }: InvalidEvent) {
    (field === undefined ? undefined : fields[field]) satisfies unknown;
    // @ts-expect-error: "Type 'string | undefined' does not satisfy the expected type 'string'"
    field satisfies string;
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

// @ts-expect-error: "Expected 3 arguments, but got 2."
live.render(req, Counter);
// @ts-expect-error: the payload has another type
live.render(req, Counter, { start: '1' });
// @ts-expect-error: "Property 'context' is missing"
liveview({ secret, components: [Mine] });
// @ts-expect-error: "Property 'name' is missing in type '{}' but required in type 'User'"
liveview({ secret, components: [Mine], context: () => ({ user: {} }) });

class NoMethod extends LiveComponent {
  static component = 'NoMethod';
  static events = { remove: true };
  render() {
    return '';
  }
}
// @ts-expect-error: "events.remove: there is no public method remove()"
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
// @ts-expect-error: "events.remove: there is no public method remove()"
liveview({ secret, components: [Private] });

class NotAMethod extends LiveComponent {
  static component = 'NotAMethod';
  static events = { remove: true };
  remove = 1;
  render() {
    return '';
  }
}
// @ts-expect-error: "events.remove: 'remove' is a field, not a method"
liveview({ secret, components: [NotAMethod] });

class NotSendable extends LiveComponent {
  static component = 'NotSendable';
  static events = { set: z.object({ n: z.number() }) };
  set(_: { n: number }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: "events.set: a browser sends 'n' as text; let the schema accept a string, e.g. z.coerce.number()"
liveview({ secret, components: [NotSendable] });

class OtherParams extends LiveComponent {
  static component = 'OtherParams';
  static events = { set: z.object({ n: z.coerce.number() }) };
  set(_: { n: string }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: "events.set: set() cannot take what its schema gives"
liveview({ secret, components: [OtherParams] });

class OwnName extends LiveComponent {
  static component = 'OwnName';
  static events = { changed: true };
  render() {
    return '';
  }
}
// @ts-expect-error: "events.changed: 'changed' is LiveComponent's own name; choose another"
liveview({ secret, components: [OwnName] });

class NotJson extends LiveComponent<{ since: Date }> {
  static component = 'NotJson';
  render() {
    return '';
  }
}
// @ts-expect-error: "session: only JSON survives signing (no Date, Map, class or function)"
liveview({ secret, components: [NotJson] });

class NotJsonInside extends LiveComponent<{ pages: { tags: Map<string, string> }[] }> {
  static component = 'NotJsonInside';
  render() {
    return '';
  }
}
// @ts-expect-error: "session: only JSON survives signing (no Date, Map, class or function)"
liveview({ secret, components: [NotJsonInside] });

class OtherContext extends LiveComponent<{}, { user: User }> {
  static component = 'OtherContext';
  static events = { rename: true };
  rename(_: unknown, { context }: LiveEvent<{ admin: User }>) {
    context.admin.name satisfies string;
  }
  render() {
    return '';
  }
}
// @ts-expect-error: "events.rename: the event of rename() must be LiveEvent<Context> of this component"
liveview({ secret, components: [OtherContext], context: () => ({ user: { name: 'Ada' } }) });

class NoSchema extends LiveComponent {
  static component = 'NoSchema';
  static events = { set: { n: 'number' }, add: true };
  set() {}
  add(_: { n: number }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: "events.set: expected true or a Standard Schema"
liveview({ secret, components: [NoSchema] });
// @ts-expect-error: "events.add: add() takes params; give a schema instead of true"
liveview({ secret, components: [NoSchema] });

class NoName extends LiveComponent {
  render() {
    return '';
  }
}
// @ts-expect-error: "Property 'component' is missing in type 'typeof NoName'"
liveview({ secret, components: [NoName] });

class OddUploads extends LiveComponent {
  static component = 'OddUploads';
  static uploads = { bytes: 5, file: 3 };
  render() {
    return '';
  }
}
// @ts-expect-error: "static uploads: there is no 'file'; there are bytes, files and types"
liveview({ secret, components: [OddUploads] });

class NoUploads extends LiveComponent {
  static component = 'NoUploads';
  static uploads = { files: 3 };
  render() {
    return '';
  }
}
// @ts-expect-error: "static uploads: expected { bytes, files?, types? }, e.g. { bytes: 5_000_000, types: ['image/*'] }"
liveview({ secret, components: [NoUploads] });

class OddRoot extends LiveComponent {
  static component = 'OddRoot';
  static root = { tag: 'tr', hidden: true };
  render() {
    return '';
  }
}
// @ts-expect-error: "static root: expected a tag and the texts of attributes, e.g. { tag: 'tr', class: 'card' }"
liveview({ secret, components: [OddRoot] });

class WithStatics extends LiveComponent {
  static component = 'WithStatics';
  static scope = 'app';
  static root = { tag: 'tr', class: 'card' };
  static uploads = { bytes: 5_000_000, files: 3, types: ['image/*', '.pdf'] };
  render() {
    return '';
  }
}
liveview({ secret, components: [WithStatics] });

class Hooks extends LiveComponent {
  static component = 'Hooks';
  // @ts-expect-error: "Type '(url: string) => void' is not assignable to type '(url: URL) => unknown'"
  navigate(url: string) {
    url satisfies string;
  }
  // @ts-expect-error: "Type 'InvalidEvent' is not assignable to type 'string'"
  invalid(failure: string) {
    failure satisfies string;
  }
  // @ts-expect-error: "Type 'number' is not assignable to type 'Promise<Content> | Content'"
  render() {
    return 1;
  }
}
liveview({ secret, components: [Hooks as any] });

// @ts-expect-error: "Did you mean to write 'heartbeat'?"
liveview({ secret, components: [Counter], heartbeats: 1 });
// @ts-expect-error: "Property 'secret' is missing"
liveview({ components: [Counter] });

// --- Schemas of other makers -------------------------------------------------------------------------------------------

class Valibot extends LiveComponent {
  static component = 'Valibot';
  static events = { set: v.object({ count: v.pipe(v.string(), v.toNumber()) }) };
  set({ count }: Params<typeof Valibot, 'set'>) {
    count satisfies number;
  }
  render() {
    return '';
  }
}
class ArkType extends LiveComponent {
  static component = 'ArkType';
  static events = { set: type({ count: 'string.numeric.parse' }) };
  set({ count }: Params<typeof ArkType, 'set'>) {
    count satisfies number;
  }
  render() {
    return '';
  }
}
liveview({ secret, components: [Valibot, ArkType] });
// @ts-expect-error: "Type '"get"' does not satisfy the constraint '"set"'"
type _NoSuchEvent = Params<typeof ArkType, 'get'>;

class ValibotNumber extends LiveComponent {
  static component = 'ValibotNumber';
  static events = { set: v.object({ n: v.number() }) };
  set(_: { n: number }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: "events.set: a browser sends 'n' as text"
liveview({ secret, components: [ValibotNumber] });

class ArkTypeNumber extends LiveComponent {
  static component = 'ArkTypeNumber';
  static events = { set: type({ n: 'number' }) };
  set(_: { n: number }) {}
  render() {
    return '';
  }
}
// @ts-expect-error: "events.set: a browser sends 'n' as text"
liveview({ secret, components: [ArkTypeNumber] });

// --- Session payloads and contexts, through children --------------------------------------------------------------------

class Clock extends LiveComponent {
  static component = 'Clock';
  render() {
    return '';
  }
}
class Card extends LiveComponent<{ id: number }, { user: User }> {
  static component = 'Card';
  render() {
    return html`${this.session.id satisfies number} ${this.context.user.name satisfies string}`;
  }
}
class Board extends LiveComponent {
  static component = 'Board';
  render() {
    // @ts-expect-error: "Expected 2-3 arguments, but got 1."
    this.child(Card);
    // @ts-expect-error: "Property 'id' is missing in type '{}' but required in type '{ id: number; }'"
    this.child(Card, {});
    // @ts-expect-error: "Type 'string' is not assignable to type 'number'"
    this.child(Card, { id: '1' });
    // @ts-expect-error: "'keys' does not exist in type 'ChildOptions'. Did you mean to write 'key'?"
    this.child(Card, { id: 1 }, { keys: 1 });
    // @ts-expect-error: "Property 'id' does not exist on type '{}'"
    this.session.id;
    return html`${this.child(Clock)}${this.child(Clock, {}, { key: 'b' })}${this.child(Card, { id: 1 }, { key: 1 })}`;
  }
}
// @ts-expect-error: "Property 'context' is missing"
liveview({ secret, components: [Board, Card, Clock] });

interface Visit extends Request {
  readonly user: User;
}
liveview({ secret, components: [Board, Card], context: (req) => ({ user: (req as Visit).user }) });
liveview({ secret, components: [Board, Card], context: async () => ({ user: { name: 'Ada' } }) });
// @ts-expect-error: "Property 'user' does not exist on type 'Request<"
liveview({ secret, components: [Board, Card], context: (req) => ({ user: req.user }) });
// @ts-expect-error: "The types of 'user.name' are incompatible between these types."
liveview({ secret, components: [Board, Card], context: async () => ({ user: { name: 1 } }) });

// --- What is published ---------------------------------------------------------------------------------------------------

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
// @ts-expect-error: "events.remove: there is no public method remove()"
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

// --- htmx-liveview/liveview.js -------------------------------------------------------------------------------------------

declare const lost: CustomEvent<LiveviewEvents['liveview:event-lost']>;
lost.detail.name satisfies string;
lost.detail.reason satisfies 'full' | 'timeout' | 'gone' | 'reset';
declare const gone: CustomEvent<LiveviewEvents['liveview:gone']>;
gone.detail.reason satisfies 'expired' | 'refused' | 'failed' | 'ended' | 'session';
// @ts-expect-error: "Property 'mode' does not exist"
lost.detail.mode;
// @ts-expect-error: "Property 'liveview:lost' does not exist on type 'LiveviewEvents'"
type _NoSuchDetail = LiveviewEvents['liveview:lost'];
