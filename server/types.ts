// Owns the compile-time checks of the public face: each fault of a component becomes a sentence that names the cure.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Fields } from '../protocol/event.ts';
import type { Root } from '../views/root.ts';
import type { LiveComponent, LiveEvent } from './component.ts';
import type { Uploads } from './upload.ts';

/**
 * A component's class, whatever its session payload and context.
 * @example const namesOf = (classes: readonly ComponentClass[]) => classes.map(({ component }) => component);
 */
export interface ComponentClass {
  new (...args: never): LiveComponent<any, any>;
  /** Its name, which no other has: `static component = 'shop.Cart'`. */
  readonly component: string;
}

/**
 * The session payload of a component.
 * @example const payload: SessionOf<typeof Counter> = { start: 3 };
 */
export type SessionOf<C extends ComponentClass> = InstanceType<C> extends LiveComponent<infer S, any> ? S : never;

/**
 * The context of a component.
 * @example const context: ContextOf<typeof TodoList> = { owner: 'ada' };
 */
export type ContextOf<C extends ComponentClass> = InstanceType<C> extends LiveComponent<any, infer X> ? X : never;

/**
 * What a handler gets as its params: its schema's output, or the raw fields.
 * @example
 * ```ts
 * class Stepper extends LiveComponent {
 *   static component = 'demo.Stepper';
 *   static events = { step: z.object({ by: z.coerce.number() }) };
 *   count = 0;
 *   step({ by }: Params<typeof Stepper, 'step'>) {
 *     this.count += by;
 *   }
 *   render() {
 *     return html`<button lv-event="step" name="by" value="5">${this.count}</button>`;
 *   }
 * }
 * const view = await mountLive(Stepper);
 * await view.click('button');
 * view.text; // => '5'
 * ```
 */
export type Params<C extends { events: object }, K extends keyof C['events']> = C['events'][K] extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<C['events'][K]>
  : Fields;

/** The last argument of `live.render`: optional where the payload may be empty. */
export type SessionArgument<C extends ComponentClass> =
  {} extends SessionOf<C> ? [session?: SessionOf<C>] : [session: SessionOf<C>];

/** The last arguments of `this.child`: all optional where the payload may be empty. */
export type ChildArguments<C extends ComponentClass> =
  {} extends SessionOf<C>
    ? [session?: SessionOf<C>, options?: ChildOptions]
    : [session: SessionOf<C>, options?: ChildOptions];

/** What `this.child` takes beside the payload. */
export interface ChildOptions {
  /** Tells the children of one class apart. Without it the order of the calls does. */
  readonly key?: string | number;
}

type Json<T> = { [K in keyof T]: JsonValue<T[K]> };
type NotJson = bigint | symbol | Function | Date | Map<any, any> | Set<any> | RegExp | Uint8Array;
type JsonValue<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends NotJson
      ? 'session data must be JSON'
      : { [K in keyof T]: JsonValue<T[K]> };

/** The properties that no form text can become; for each member of a union by itself. */
type Unsendable<I> = unknown extends I
  ? never
  : I extends unknown
    ? { [P in keyof I]-?: unknown extends I[P] ? never : [Sendable<I[P]>] extends [never] ? P : never }[keyof I] &
        string
    : never;
type Sendable<V> = V extends readonly (infer U)[]
  ? unknown extends U
    ? V
    : Extract<U, string | File>
  : Extract<V, string | File>;

type EventFault<I, E, K extends keyof E & string> = K extends keyof LiveComponent
  ? `events.${K}: '${K}' is LiveComponent's own name; choose another`
  : K extends keyof I
    ? I[K] extends (...args: never) => any
      ? ParamsFault<I, E, K>
      : `events.${K}: '${K}' is a field, not a method`
    : `events.${K}: there is no public method ${K}()`;

type ParamsFault<
  I,
  E,
  K extends keyof E & keyof I & string,
  X = I extends LiveComponent<any, infer C> ? C : never,
> = E[K] extends StandardSchemaV1
  ? [Unsendable<StandardSchemaV1.InferInput<E[K]>>] extends [never]
    ? CallFault<I[K], StandardSchemaV1.InferOutput<E[K]>, X, K, 'cannot take what its schema gives'>
    : `events.${K}: a browser sends '${Unsendable<StandardSchemaV1.InferInput<E[K]>>}' as text; let the schema accept a string, e.g. z.coerce.number()`
  : E[K] extends boolean
    ? CallFault<I[K], Fields, X, K, 'takes params; give a schema instead of true'>
    : `events.${K}: expected true or a Standard Schema`;

// `=> any` and no `infer` for the result: handlers' return types stay unresolved, which avoids TS7022 in import cycles.
type CallFault<F, P, X, K extends string, Why extends string> = F extends (params: P, event: LiveEvent<X>) => any
  ? never
  : F extends (params: P, event: never) => any
    ? `events.${K}: the event of ${K}() must be LiveEvent<Context> of this component`
    : `events.${K}: ${K}() ${Why}`;

type SessionFault<S> = unknown extends S
  ? never
  : S extends Json<S>
    ? never
    : 'session: only JSON survives signing (no Date, Map, class or function)';

type UploadsFault<C> = C extends { uploads: infer U }
  ? U extends Uploads
    ? [Exclude<keyof U, keyof Uploads>] extends [never]
      ? never
      : `static uploads: there is no '${Exclude<keyof U, keyof Uploads> & string}'; there are bytes, files and types`
    : "static uploads: expected { bytes, files?, types? }, e.g. { bytes: 5_000_000, types: ['image/*'] }"
  : never;

type RootFault<C> = C extends { root: infer R }
  ? R extends Root
    ? never
    : "static root: expected a tag and the texts of attributes, e.g. { tag: 'tr', class: 'card' }"
  : never;

type EventsFault<C> = C extends { events: infer E } & (abstract new (...args: never) => infer I)
  ? E extends readonly unknown[]
    ? 'static events: expected an object, e.g. { add: true }'
    : { [K in keyof E & string]: EventFault<I, E, K> }[keyof E & string]
  : never;

/**
 * A component class, or the sentence that says what is wrong with it: functions that take components check them with it.
 * @example const register = <C extends ComponentClass>(component: C & Checked<C>) => component.component;
 */
export type Checked<C> = C extends ComponentClass
  ? [Fault<C>] extends [never]
    ? C
    : `${Fault<C>}` // written out: of several, the compiler would say no more than the name of their type
  : ComponentClass;
type Fault<C extends ComponentClass> = SessionFault<SessionOf<C>> | EventsFault<C> | UploadsFault<C> | RootFault<C>;

/** The context that suits all of these components. */
export type ContextFor<C> = (C extends ComponentClass ? (x: ContextOf<C>) => void : never) extends (x: infer X) => void
  ? X
  : never;
