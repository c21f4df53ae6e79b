// Owns what an instance is made of, and what it needs from outside.

import type { Html } from '../views/html.ts';
import type { Clock } from './clock.ts';
import type { Eventually } from './eventually.ts';
import type { Instance } from './instance.ts';
import type { Holding } from './keeper.ts';
import type { Presences } from './presences.ts';
import type { Scope } from './scope.ts';
import type { ComponentClass } from './types.ts';

/** What makes an instance this one. */
export interface Origin {
  readonly id: string;
  readonly type: ComponentClass;
  readonly session: unknown;
  readonly context: unknown;
  /** Whose it is: see {@link ownerOf}. */
  readonly sessionId: string;
  readonly scope: Scope;
  /** Of one that was mounted elsewhere. */
  readonly epoch?: string;
}

/** What instances need from outside: one for all of them. */
export interface InstanceSetup {
  /** False for the throw-away instance of a static render: helpers that start work are no-ops then. */
  readonly connected: boolean;
  readonly clock: Clock;
  /** Milliseconds that a handler may take. */
  readonly handlerTimeout: number;
  /** Called once when the instance became dirty. */
  onDirty(instance: Instance): void;
  /** Reports what a component threw; `event` names the event that was being handled, if it was one. */
  report(instance: Instance, error: unknown, doing: string, event?: string): void;
  /** Calls a component's `render()`; in development with an eye on what it makes. */
  render(instance: Instance, render: () => unknown): unknown;
  /** Renders a view through the application's view engine. */
  view(name: string, locals: object): Promise<Html>;
  publish(topic: string, value: unknown): void;
  listen(topic: string, work: (value: unknown) => void): () => void;
  attend: Presences['attend'];
  /** A turn of an instance begins before the end of an earlier one is kept. */
  turning(instance: Instance, holding: Holding): void;
  /** A turn of an instance that is kept has ended. */
  turned(instance: Instance, holding: Holding): void;
  /** Waits where an instance must not go on by itself now. */
  thaw(instance: Instance): Eventually<void>;
  /** Fills the places of children in a text that is about to be sent. */
  fill(instance: Instance, text: string): string;
}
