// Owns the debug log: one line in the console for each thing that happens, with an object behind it that says more.

import type { SubscribeRequest, UnsubscribeRequest } from '../../protocol/event.ts';
import type { Fault, Order, SubscribeAnswer, Subscribed, Update } from '../../protocol/patch.ts';
import type { Entry } from '../page.ts';
import type { Post } from '../post.ts';
import type { Pending } from '../send.ts';
import { fieldsOf } from './fields.ts';
import type { Done } from './updates.ts';

/** What the log is told. */
export interface Log {
  event(pending: Pending): void;
  leaves(post: Post): void;
  answered(post: Post, answer: Response): Promise<void>;
  updated(done: Done): void;
  fault(fault: Fault): void;
}

/** So many regions are named in a line. */
const NAMED = 4;

/** @param isOn whether anything is logged. */
export function createLog(isOn: () => boolean): Log {
  /** When each POST left, and how often each event was tried. */
  const left = new WeakMap<Post, number>();
  const tries = new WeakMap<AbortSignal, number>();
  /** `about` is there to be opened. */
  const say = (line: string, about: object) => isOn() && console.log(written(line), about);
  const warn = (line: string, about: object) => isOn() && console.warn(written(line), about);

  async function ended(pending: Pending, start: number): Promise<void> {
    const ending = await pending.ending;
    const { name, number, entry, abort } = pending;
    const count = tries.get(abort.signal) ?? 0;
    const how = 'status' in ending ? ending.status : `lost: ${ending.lost}`;
    const line = parts(`${name}${number ? ` #${number}` : ''}`, how, since(start), count > 1 && `${count} tries`);
    const isFine = 'status' in ending && ending.status < 400;
    (isFine ? say : warn)(`${isFine ? '✓' : '✗'} ${line}`, { component: nameOf(entry), ...ending, tries: count });
  }

  const on = (name: string, hear: (target: EventTarget | null, detail: Record<string, unknown>) => void) =>
    document.addEventListener(`liveview:${name}`, ({ target, detail }: CustomEventInit & Event) =>
      hear(target, detail),
    );
  on('connected', (_, it) => say(`● connected (${it.mode})`, it));
  on('disconnected', (_, it) => say('○ disconnected', it));
  on('reconnecting', (_, it) =>
    say(`○ reconnecting in ${Math.round(Number(it.ms))} ms (${it.attempt} tries have failed)`, it),
  );
  on('gone', (root, it) => warn(`✗ ${describe(root as Element)} is gone: ${it.reason}`, { ...it, root }));
  on('gap', (root, it) => warn(`↯ ${describe(root as Element)}: some of its orders were lost`, { ...it, root }));
  on('reset', (root, it) => warn(`↻ ${describe(root as Element)}: the server had lost its state`, { ...it, root }));

  return {
    event(pending) {
      if (!isOn()) return;
      const { entry, name, field } = pending;
      const { fields, text } = fieldsOf(pending);
      say(parts(`↑ ${name}`, describe(entry.root), text), { fields, field, root: entry.root });
      void ended(pending, performance.now());
    },
    leaves(post) {
      left.set(post, performance.now());
      if (post.signal) tries.set(post.signal, (tries.get(post.signal) ?? 0) + 1);
      if (!isOn() || (post.endpoint !== 'subscribe' && post.endpoint !== 'unsubscribe')) return;
      const asked = JSON.parse(String(post.body)) as SubscribeRequest & UnsubscribeRequest;
      const some = asked.components?.map(({ component, id }) => `${component} ${short(id)}`) ?? asked.ids?.map(short);
      say(parts(`↑ ${post.endpoint}`, some?.join(', ')), withoutTokens(asked));
    },
    async answered(post, answer) {
      if (!isOn() || post.endpoint !== 'subscribe') return;
      const taken = since(left.get(post) ?? 0);
      if (!answer.ok) return void warn(parts('✗ subscribe', answer.status, taken), { status: answer.status });
      const { components } = (await answer
        .clone()
        .json()
        .catch(() => ({ components: [] }))) as SubscribeAnswer;
      const isFine = components.every((item) => !('gone' in item));
      const line = parts('subscribe', components.map(answerOf).join(', '), taken);
      (isFine ? say : warn)(`${isFine ? '✓' : '✗'} ${line}`, components);
    },
    updated({ entry, update, ms, isShown }) {
      if (!isOn()) return;
      const { from, version, html, patch, orders } = update;
      const line = parts(
        `↓ ${describe(entry.root)} v${from} → v${version}`,
        regionsOf(update),
        `${new TextEncoder().encode(JSON.stringify(update)).length} B`,
        (html !== undefined || patch) && `${ms.toFixed(1)} ms`,
        orders && `orders: ${orders.map(orderOf).join(', ')}`,
        !isShown && 'cancelled by the page',
      );
      say(line, { ...update, root: entry.root });
    },
    fault(fault) {
      const what = fault.refused ? 'refused' : 'threw in';
      warn(`✗ ${fault.component} ${short(fault.id)} ${what} ${fault.doing}: ${fault.message}`, fault);
    },
  };
}

/** A line as a console writes it, which would take `%o` and its kind for a place of what follows. */
function written(line: string): string {
  return `liveview ${line.replaceAll('%', '%%')}`;
}

/** Joins what there is to say. */
function parts(...some: (string | number | false | undefined)[]): string {
  return some.filter((it) => it !== false && it !== undefined && it !== '').join(' · ');
}

function since(start: number): string {
  return `${Math.round(performance.now() - start)} ms`;
}

function short(id: string): string {
  return id.slice(0, 6);
}

function nameOf({ root }: Pick<Entry, 'root'>): string {
  return root.getAttribute('data-component') ?? '';
}

function describe(root: Element): string {
  return `${nameOf({ root })} ${short(root.getAttribute('data-id') ?? '')}`;
}

/** Which regions an update brings. */
function regionsOf({ html, patch }: Update): string | undefined {
  if (html !== undefined) return 'whole content';
  if (!patch) return undefined;
  const words = { r: '#', a: 'after #', b: 'before #', m: 'moved #', x: 'without #' } as const;
  const named = patch.slice(0, NAMED).map(([kind, id]) => words[kind] + short(id));
  return named.join(', ') + (patch.length > NAMED ? ` and ${patch.length - NAMED} more` : '');
}

function orderOf([kind, what]: Order): string {
  return `${kind} ${what}`;
}

function answerOf(item: Subscribed): string {
  if ('gone' in item) return `${short(item.id)} ${item.gone}`;
  const { version, updates = [] } = item;
  return parts(`${short(item.as ?? item.id)} v${version}`, updates.length > 0 && `${updates.length} missed`);
}

/** Tokens are long, and say nothing to a reader. */
function withoutTokens({ components, ...rest }: SubscribeRequest & UnsubscribeRequest): object {
  return components ? { ...rest, components: components.map(({ session, ...item }) => item) } : rest;
}
