// Owns the call of an event's handler: its params are checked, it gets its event, and it ends with an outcome.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Fields } from '../protocol/event.ts';
import type { Order } from '../protocol/patch.ts';
import type { Browser, ComponentStatics, InvalidEvent, LiveComponent, LiveEvent } from './component.ts';
import { chain, type Eventually } from './eventually.ts';
import { hiddenMethod } from './faults.ts';
import { type OrderOwner, Orders } from './orders.ts';
import type { ComponentClass } from './types.ts';

/** How an event ended: HTTP's 200, 422 or 500. `shown`: the component's `invalid()` showed why. */
export interface Outcome {
  readonly status: 200 | 422 | 500;
  readonly shown?: boolean;
}

/** What a browser sent. */
export interface Sent {
  readonly name: string;
  readonly fields: Fields;
  readonly field: string | undefined;
  readonly context: unknown;
}

/** An event as its handler sees it. What few handlers ask for is made when they do. */
export class Call implements LiveEvent, OrderOwner {
  readonly name: string;
  readonly fields: Fields;
  readonly field: string | undefined;
  readonly context: unknown;
  readonly #owner: Pick<OrderOwner, 'pushed'>;
  #orders: Orders | undefined;
  #stop: AbortController | undefined;
  #isOver = false;

  /** @param owner is told of a `pushUrl`. */
  constructor({ name, fields, field, context }: Sent, owner: Pick<OrderOwner, 'pushed'>) {
    this.name = name;
    this.fields = fields;
    this.field = field;
    this.context = context;
    this.#owner = owner;
  }

  get browser(): Browser {
    this.#orders ??= new Orders(this);
    return this.#orders;
  }

  get signal(): AbortSignal {
    this.#stop ??= new AbortController();
    if (this.#isOver) this.#stop.abort();
    return this.#stop.signal;
  }

  /** Its orders ride in its settlement, which goes out anyhow. */
  ordered(): void {}

  pushed(url: string): void {
    this.#owner.pushed(url);
  }

  /** Its time is up, or its instance has ended. */
  abort(): void {
    this.#isOver = true;
    this.#stop?.abort();
  }

  /** The orders that its handler gave for the one who acted. */
  takeOrders(): readonly Order[] {
    return this.#orders?.take() ?? [];
  }
}

/** Throws a LiveError for an event whose method is hidden by a field: no class shows it, only what was constructed. */
export function checkMethods(component: LiveComponent<any, any>): void {
  const { events = {} } = component.constructor as unknown as ComponentStatics;
  for (const name in events) if (Object.hasOwn(component, name)) methodOf(component, name);
}

function methodOf(component: LiveComponent<any, any>, name: string): Function {
  const found = (component as unknown as Record<string, unknown>)[name];
  if (typeof found !== 'function') throw hiddenMethod(component.constructor as unknown as ComponentClass, name, found);
  return found;
}

/** Checks an event's params with the schema that its component declares, and calls the handler. Throws, or rejects with, what that throws. */
export function invoke(
  component: LiveComponent<any, any>,
  { events = {} }: ComponentStatics,
  call: Call,
): Eventually<Outcome> {
  const schema = events[call.name];
  if (schema === true || schema === undefined) return handle(component, call, call.fields);
  const checked = settled(schema['~standard'].validate(call.fields)) as Eventually<StandardSchemaV1.Result<unknown>>;
  return chain(checked, (result) =>
    result.issues ? refuseEvent(component, call, result.issues) : handle(component, call, result.value),
  );
}

function handle(component: LiveComponent<any, any>, call: Call, params: unknown): Eventually<Outcome> {
  return chain(settled(methodOf(component, call.name).call(component, params, call)), () => ({ status: 200 }));
}

/** Tells a component why an event was refused, if it wants to know. */
export function refuseEvent(
  component: LiveComponent<any, any>,
  { name, fields, field }: Call,
  issues: readonly StandardSchemaV1.Issue[],
): Eventually<Outcome> {
  if (!component.invalid) return { status: 422 };
  const failure: InvalidEvent = { event: name, issues, messages: messagesOf(issues), fields, field };
  return chain(settled(component.invalid(failure)), () => ({ status: 422, shown: true }));
}

function messagesOf(issues: readonly StandardSchemaV1.Issue[]): Record<string, string> {
  const messages: Record<string, string> = Object.create(null);
  for (const { path = [], message } of issues) {
    const first = path[0];
    const name = String(typeof first === 'object' ? first.key : (first ?? ''));
    messages[name] ??= message;
  }
  return messages;
}

/** Waits for any thenable that a component's code returns, not only for promises. */
export function settled(made: unknown): Eventually<unknown> {
  return typeof (made as PromiseLike<unknown> | undefined)?.then === 'function' ? Promise.resolve(made) : made;
}
