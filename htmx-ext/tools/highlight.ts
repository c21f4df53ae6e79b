// Owns the frames that show for a moment what an update touched. They lie above the page, and follow what they are around.

import { layerRoot, make } from './layer.ts';
import type { Done } from './updates.ts';

/** Milliseconds for which a frame is seen. */
const LIFE = 700;
/** So many frames at once; so many of them with their names. */
const MOST = 80;
const NAMED = 12;

/** In here nothing is highlighted: the inspector would show its own updates. */
const UNSEEN = '[data-liveview-highlight="false"]';

/** Shows what updates touched. */
export interface Highlight {
  flash(done: Done): void;
}

export function createHighlight(): Highlight {
  const frames = new Map<Element, HTMLElement>();
  let isFollowing = false;

  function flash({ entry, update, isShown, records }: Done): void {
    // an animation does not end while the page is hidden
    if (!isShown || document.hidden || (update.html === undefined && !update.patch)) return;
    if (entry.root.closest(UNSEEN)) return;
    const isWhole = update.html !== undefined;
    if (isWhole) frame(entry.root, 'whole', `${entry.root.getAttribute('data-component')}: whole content`);
    const touched = touchedBy(records).filter((it) => it !== entry.root && isSeen(it));
    for (const element of touched.slice(0, MOST))
      frame(element, isWhole ? 'part' : 'region', touched.length > NAMED || isWhole ? '' : labelOf(element));
  }

  function frame(around: Element, kind: string, label: string): void {
    frames.get(around)?.remove();
    const made = make('div', { class: `frame ${kind}` }, ...(label ? [make('span', {}, label)] : []));
    frames.set(around, made);
    layerRoot().append(made);
    place(around, made);
    made.animate([{ opacity: 1 }, { opacity: 1, offset: 0.6 }, { opacity: 0 }], LIFE).onfinish = () => {
      made.remove();
      if (frames.get(around) === made) frames.delete(around);
    };
    if (isFollowing) return;
    isFollowing = true;
    requestAnimationFrame(follow);
  }

  function follow(): void {
    for (const [around, made] of frames) place(around, made);
    isFollowing = frames.size > 0;
    if (isFollowing) requestAnimationFrame(follow);
  }

  return { flash };
}

function place(around: Element, frame: HTMLElement): void {
  const { left, top, width, height } = around.getBoundingClientRect();
  frame.hidden = !around.isConnected;
  Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
}

function labelOf({ id, localName }: Element): string {
  return id ? `#${id}` : `<${localName}>`;
}

function isSeen(element: Element): boolean {
  const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
}

/** The elements that were changed, made or moved; what lost a child stands for it. */
function touchedBy(records: readonly MutationRecord[]): Element[] {
  const touched = new Set<Element>();
  for (const { type, target, addedNodes, removedNodes } of records) {
    const added = [...addedNodes].filter((it) => it instanceof Element && it.isConnected) as Element[];
    for (const element of added) touched.add(element);
    const isMove = [...removedNodes].some((it) => it.isConnected);
    if (added.length > 0 || isMove || (type === 'childList' && isBlank(addedNodes) && isBlank(removedNodes))) continue;
    const element = target instanceof Element ? target : target.parentElement;
    if (element?.isConnected) touched.add(element);
  }
  return [...touched];
}

/** Whether there is nothing but white space, which goes along with the items of a list. */
function isBlank(nodes: NodeList): boolean {
  return [...nodes].every((it) => it instanceof Text && it.data.trim() === '');
}
