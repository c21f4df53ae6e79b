// Owns the panel that shows what components have thrown. The page beside it goes on: it takes no focus, and Escape closes it.

import type { Fault } from '../../protocol/patch.ts';
import { dock, make, raise } from './layer.ts';

/** A fault, and how often it came. */
interface Seen {
  readonly fault: Fault;
  times: number;
}

/** So many faults are kept to be leafed through. */
const MOST = 50;
/** A frame of a stack, and one that is not of the program's own. */
const FRAME = /^\s+at /;
const FOREIGN = /^\s+at .*?(?:htmx-liveview:|node:|[\\/]node_modules[\\/]|<anonymous>\)?$)/;

/** Shows faults. */
export interface Overlay {
  show(fault: Fault): void;
}

export function createOverlay(): Overlay {
  let seen: Seen[] = [];
  let at = 0;
  let panel: HTMLElement | undefined;

  function show(fault: Fault): void {
    const same = seen.find((it) => it.fault.stack === fault.stack && it.fault.component === fault.component);
    if (same) same.times++;
    else if (seen.length < MOST) seen.push({ fault, times: 1 });
    const isNew = !panel;
    if (isNew || !same || same === seen[at]) draw();
    if (isNew) raise();
  }

  function close(): void {
    panel?.remove();
    panel = undefined;
    seen = [];
    at = 0;
  }

  /** What is read stays where it is; the count goes on. */
  function draw(): void {
    const { fault, times } = seen[at] as Seen;
    const old = panel;
    const hadFocus = (old?.getRootNode() as ShadowRoot | undefined)?.activeElement?.className;
    const [scrolled, isSame] = [old?.querySelector('pre')?.scrollTop ?? 0, old?.dataset.at === String(at)];
    panel = make('section', { class: 'overlay', role: 'dialog', 'aria-labelledby': 'what', tabindex: '-1' });
    panel.dataset.at = String(at);
    panel.append(head(fault, times), message(fault, isSame), stackOf(fault));
    if (old) old.replaceWith(panel);
    else dock().prepend(panel);
    if (isSame) (panel.querySelector('pre') as Element).scrollTop = scrolled;
    if (hadFocus) panel.querySelector<HTMLElement>(`.${hadFocus}`)?.focus();
  }

  function head(fault: Fault, times: number): HTMLElement {
    const title = make('h1', { id: 'what' }, make('b', {}, fault.component), ` ${doingOf(fault)}`);
    const head = make('header', {}, title);
    if (times > 1) head.append(make('span', { class: 'times', title: 'how often it came' }, `× ${times}`));
    if (seen.length > 1)
      head.append(
        button('previous', '‹', 'The fault before', () => turn(-1)),
        make('span', {}, `${at + 1} of ${seen.length}`),
        button('next', '›', 'The next fault', () => turn(1)),
      );
    head.append(button('close', '×', 'Close (Escape)', close));
    return head;
  }

  function turn(by: number): void {
    at = (at + by + seen.length) % seen.length;
    draw();
  }

  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel && !event.defaultPrevented) close();
  });
  return { show };
}

function button(name: string, text: string, label: string, work: () => void): HTMLElement {
  const made = make('button', { type: 'button', class: name, 'aria-label': label, title: label }, text);
  made.onclick = work;
  return made;
}

function doingOf({ doing, event, refused }: Fault): string {
  if (refused) return `refused the event ${event}`;
  return event ? `threw on the event ${event}` : `threw in ${doing}`;
}

/** It is said aloud when it comes; not again when its count grows. */
function message({ message, at, id }: Fault, isSame: boolean): HTMLElement {
  const said = make('p', isSame ? { class: 'message' } : { class: 'message', role: 'alert' }, message);
  return make('div', {}, said, make('p', { class: 'at' }, at ? `at ${at}` : '', make('small', {}, ` data-id ${id}`)));
}

/** The program's own frames stand out; others are folded away, unless there is nothing else. */
function stackOf({ stack, at }: Fault): HTMLElement {
  const pre = make('pre', { tabindex: '0', 'aria-label': 'Stack' });
  let foreign: string[] = [];
  const fold = () => {
    if (foreign.length > 0) pre.append(folded(foreign, at === undefined));
    foreign = [];
  };
  for (const line of stack.split('\n')) {
    if (FOREIGN.test(line)) foreign.push(line);
    else {
      fold();
      pre.append(make('span', { class: FRAME.test(line) ? 'own' : 'text' }, `${line}\n`));
    }
  }
  fold();
  return pre;
}

function folded(lines: readonly string[], isOpen: boolean): HTMLElement {
  const indent = /^\s*/.exec(lines[0] as string)?.[0] ?? '';
  const many = lines.length === 1 ? 'one frame' : `${lines.length} frames`;
  const summary = make('summary', {}, `${indent}… ${many} of Node and packages`);
  return make('details', { class: 'foreign', ...(isOpen ? { open: '' } : {}) }, summary, `${lines.join('\n')}\n`);
}
