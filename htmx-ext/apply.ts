// Owns the writing of new HTML into the page, three ways: the last HTML of the server (base), its new HTML (next), and the
// live DOM, which users and other scripts have changed. Only what differs between base and next is written to the live DOM.

import { ATTRIBUTES } from '../protocol/names.ts';
import type { Operation } from '../protocol/patch.ts';
import { changedAttributes, copyAttribute, isWired, removeMarks, writeAttribute } from './attributes.ts';
import { autofocus, changeControl, isEdited, withhold } from './forms.ts';
import { createMirror, ROOT } from './mirror.ts';
import { inOrder, pair } from './pairs.ts';
import { byId, byIds, enter, identified, idsOf, leavingIn, Misfit, NONE, take } from './regions.ts';

/** What happens to nodes beside the DOM: htmx wires new ones and cleans up removed ones. */
export interface Wiring {
  added(element: Element): void;
  /** An attribute of htmx's, or lv-event, has changed. */
  changed(element: Element): void;
  removed(element: Element): void;
}

/** The content of one component: what the server said last, and which live node shows each part of it. */
export interface View {
  /**
   * Brings the component to new content, written only where it differs from the last.
   * With `isShown` false only what the server said is noted: it is written when the same place changes again.
   */
  update(html: string, isShown?: boolean): void;
  /** Applies a patch. Throws Misfit where it does not fit; what has been applied by then stays. */
  patch(operations: readonly Operation[], isShown?: boolean): void;
}

/** An element of the live DOM; undefined where only base is changed. */
type Live = Element | undefined;

/** So many operations in a patch make an index of ids worth while. */
const MANY = 8;

/** A document in which nothing runs, loads or upgrades, and which parses as the page does, quirks included. */
let inert: Document;
function makeInert(): Document {
  const doctype = document.compatMode === 'CSS1Compat' ? '<!doctype html>' : '';
  return new DOMParser().parseFromString(doctype, 'text/html');
}

/** Takes the root's present content as what the server said last. */
export function createView(root: Element, wiring: Wiring): View {
  inert ??= makeInert(); // not before: a worker loads this file too
  const top = inert.importNode(root, true);
  /** Base elements whose change was not written to the page, because the page cancelled it. */
  const stale = new WeakSet<Element>();
  /** What htmx is to do when all is written. */
  const later: (() => void)[] = [];
  let isShown = true;
  let hasTemplates = false;
  /** The gaps of the regions that the present patch removes from one list, and perhaps inserts into another, by id. */
  let leaving: Map<string, string> = NONE;
  /** The base elements that stand elsewhere in a content which is being written, by id. */
  let moving: Map<string, Element | undefined> = NONE;
  /** What such a content leaves out: it goes when all is written, since a part of it may be wanted elsewhere. */
  const leftOut: (() => void)[] = [];
  /** The base element of each id, as far as it is known for sure, while a patch of many operations is applied. */
  let index: Map<string, Element | undefined> | undefined;
  const { link, liveOf, shownIn, putAside, show, place, rebuild } = createMirror(
    (element) =>
      later.push(() => {
        if (!element.isConnected) return;
        wiring.added(element);
        autofocus(element);
      }),
    wiring.removed,
  );

  for (const component of top.querySelectorAll(ROOT)) component.replaceChildren();
  link(top, root);
  for (const element of [top, ...top.querySelectorAll('*')]) removeMarks(element);

  function write(mayShow: boolean, work: () => void): void {
    isShown = mayShow;
    const focused = document.activeElement;
    const restore = withhold();
    try {
      work();
    } finally {
      index = undefined;
      moving = leaving = NONE;
      leftOut.length = 0; // what a patch that did not fit leaves is the whole content's business
      restore();
      // a node that had to be moved without moveBefore has lost the focus
      if (focused !== document.activeElement && focused instanceof HTMLElement && root.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
      for (const wire of later.splice(0)) wire();
    }
  }

  /** Parses HTML as the children of an element like `parent`. */
  function parse(html: string, parent: Element): Element {
    const next = inert.importNode(parent, false);
    next.innerHTML = html;
    hasTemplates = next.querySelector('template') !== null;
    for (const component of next.querySelectorAll(ROOT)) {
      if (next.contains(component)) putAside(component); // else it went along with the component around it
    }
    return next;
  }

  // --- Operations ------------------------------------------------------------------------------------------------

  function operate(operation: Operation): void {
    const [kind, id] = operation;
    if (kind === 'x' && leaving.has(id)) return;
    const element = find(id);
    const parent = element.parentNode as Element;
    const shown = isShown ? (liveOf(parent) as Live) : undefined;
    // where the page has not followed base, base goes on alone, and is then shown whole
    const isStale = shown && stale.delete(parent);
    const live = isStale ? undefined : shown;
    if (!isShown && kind !== 'r') stale.add(parent);
    if (kind === 'r') replace(element, parent, live, operation[2]);
    else if (kind === 'm') moveTo(operation, element, live);
    else if (kind === 'x') for (const node of take(element, operation[2])) remove(node, live);
    else {
      const wanted = [...parse(operation[2], parent).childNodes];
      const nodes = wanted.map((node) => create(node, live));
      putBeside(kind, element, nodes, live);
      for (const [at, node] of nodes.entries()) finish(node, wanted[at] as ChildNode, live);
    }
    if (isStale) rebuild(parent, shown);
  }

  /** What stands elsewhere moves as it is, with what the user did there. What is inside of something new is made anew. */
  function arrive(node: Element, live: Live): Element | undefined {
    const own = idsOf(node);
    for (const id of leaving.size > 0 ? own.concat(...identified(node).map(idsOf)) : []) {
      const gap = leaving.get(id);
      if (gap === undefined) continue;
      leaving.delete(id);
      const old = live && own.includes(id) ? comeOver(find(id), node, gap, live) : undefined;
      if (old) return old;
      operate(['x', id, gap]);
    }
    const id = own.find((it) => moving.has(it));
    if (id === undefined || !live) return undefined;
    const old = moving.get(id);
    moving.delete(id);
    return old && comeOver(old, node, '', live);
  }

  /** Takes a region out, to come into `to`. Undefined where it is another element, or the page does not show it as it is, or it is what it shall be in. */
  function comeOver(old: Element, node: Element, gap: string, to: Element): Element | undefined {
    const parent = old.parentNode as Element;
    const from = liveOf(parent) as Live;
    const shown = shownIn(from, old);
    if (!shown || shown.contains(to) || stale.has(parent) || old.localName !== node.localName) return undefined;
    for (const it of take(old, gap)) if (it !== old) remove(it, from);
    old.remove(); // from base alone: the page's element goes straight to its new place
    return old;
  }

  /** The one base element of an id. The insides of other components are not in base. */
  function find(id: string): Element {
    const noted = index?.get(id);
    const found = noted && top.contains(noted) ? noted : search(id);
    if (!found) throw new Misfit(id); // not just one element has it
    return found;
  }

  function search(id: string): Element | undefined {
    const found = byId(top, id);
    return found.length === 1 ? found[0] : undefined;
  }

  /** Takes the ids in a part of base into the index, if there is one. An id that is there twice names nothing. */
  function note(within: Element): void {
    if (!index) return;
    for (const element of [within, ...identified(within)]) if (element !== top) enter(index, element);
  }

  function replace(element: Element, parent: Element, live: Live, html: string): void {
    const [next, ...more] = parse(html, parent).childNodes;
    if (!(next instanceof Element) || more.length > 0) throw new Misfit(element.id); // not one element
    if (next.localName === element.localName) return rewrite(element, next, () => writeNode(element, next, live));
    if (!isShown) stale.add(parent);
    const made = create(next, live);
    insertAfter(element, parent, made, live);
    remove(element, live);
    finish(made, next, live);
  }

  function moveTo([, , side, besideId, gap]: Extract<Operation, { 0: 'm' }>, element: Element, live: Live): void {
    const nodes = take(element, gap);
    const beside = find(besideId);
    if (beside.parentNode !== element.parentNode) throw new Misfit(besideId); // a move to another parent
    if (nodes.length > 1 && (nodes[0] === element) === (side === 'a')) nodes.reverse();
    putBeside(side, beside, nodes, live);
  }

  function putBeside(side: 'a' | 'b', beside: Element, nodes: readonly ChildNode[], live: Live): void {
    let previous = side === 'a' ? beside : beside.previousSibling;
    // a node that is to be moved can't be what the others follow
    while (previous && nodes.includes(previous)) previous = previous.previousSibling;
    for (const node of nodes) previous = insertAfter(previous, beside.parentNode as Element, node, live);
  }

  /** Writes a content in which elements may stand elsewhere than before. */
  function rewrite(base: Element, next: Element, work: () => void): void {
    const wanted = byIds(next);
    moving = new Map([...byIds(base)].filter(([id, element]) => element && wanted.get(id)));
    work();
    moving = NONE;
    for (const remove of leftOut.splice(0)) remove();
  }

  // --- Children --------------------------------------------------------------------------------------------------

  /** Makes the content of `base`, and of the live element that shows it, that of `next`. */
  function content(base: Element, next: Element, live: Live): void {
    if (!live || !stale.delete(base)) return children(base, next, live);
    children(base, next, undefined);
    rebuild(base, live);
  }

  function children(base: Element, next: Element, live: Live): void {
    const old = [...base.childNodes];
    const wanted = [...next.childNodes];
    let start = 0;
    let oldEnd = old.length;
    let end = wanted.length;
    const same = (a: number, b: number) => isSame(old[a] as Node, wanted[b] as Node);
    while (start < oldEnd && start < end && same(start, start)) start++;
    while (oldEnd > start && end > start && same(oldEnd - 1, end - 1)) {
      oldEnd--;
      end--;
    }
    const changing = old.slice(start, oldEnd);
    const pairs = pair(changing, wanted.slice(start, end));
    const kept = new Set(pairs.map(([match]) => match));
    for (const node of changing) if (!kept.has(node)) leaveOut(node, base, live);
    const still = inOrder(pairs, base);
    let previous = old[start - 1] ?? null;
    // what is in its place stays, the rest is moved, or made
    for (const [match, node] of pairs) {
      const it = match ?? create(node, live);
      if (!match || !still.has(match)) insertAfter(previous, base, it, live);
      finish(it, node, live);
      previous = it;
    }
  }

  /** What is not new is written once it is in its place: then nothing comes into itself, whatever goes into what. */
  function finish(node: ChildNode, wanted: ChildNode, live: Live): void {
    if (node !== wanted) writeNode(node, wanted, live);
  }

  /** A new node of the server's moves into base as it is, and the page gets a copy; unless it comes from elsewhere: see {@link finish}. */
  function create(node: ChildNode, live: Live): ChildNode {
    const old = node instanceof Element ? arrive(node, live) : undefined;
    if (old) return old;
    if (live) show(node);
    if (node instanceof Element) note(node);
    return node;
  }

  function insertAfter(previous: ChildNode | null, base: Element, node: ChildNode, live: Live): ChildNode {
    base.insertBefore(node, previous ? previous.nextSibling : base.firstChild);
    const shown = liveOf(node);
    if (live && shown) place(shown, node, live);
    return node;
  }

  function leaveOut(node: ChildNode, base: Element, live: Live): void {
    if (moving.size === 0 || !(node instanceof Element)) remove(node, live);
    else leftOut.push(() => node.parentNode === base && remove(node, live));
  }

  function remove(node: ChildNode, live: Live): void {
    const shown = shownIn(live, node);
    node.remove();
    if (shown instanceof Element) wiring.removed(shown);
    shown?.remove();
  }

  /** Whether two nodes of the server's are the same; isEqualNode does not look into templates. */
  function isSame(base: Node, next: Node): boolean {
    if (!base.isEqualNode(next)) return false;
    return !hasTemplates || !(next instanceof Element) || (base as Element).outerHTML === next.outerHTML;
  }

  // --- One node --------------------------------------------------------------------------------------------------

  function writeNode(base: ChildNode, next: ChildNode, parent: Live): void {
    const live = shownIn(parent, base);
    if (!(base instanceof Element)) {
      if (base.nodeValue === next.nodeValue) return;
      base.nodeValue = next.nodeValue;
      if (!live) return parent && showText(base, parent);
      if (live.nodeValue !== next.nodeValue) live.nodeValue = next.nodeValue;
    } else if (!isSame(base, next)) {
      writeElement(base, next as Element, live as Live);
      if (parent && !live) showAgain(base, parent);
    }
  }

  /** Another script has taken an element away, perhaps for one of its own, as a swap of htmx's does; it has changed, so it is shown again. */
  function showAgain(base: Element, parent: Element): void {
    const other = [...parent.children].find(({ id }) => id !== '' && id === base.id);
    place(show(base), base, parent);
    if (other) wiring.removed(other);
    other?.remove();
  }

  /** Another script, or who edits the page, has taken a text away, perhaps for one of their own. */
  function showText(base: ChildNode, parent: Element): void {
    if (!(base instanceof Text)) return;
    const ours = new Set([...(base.parentNode as Element).childNodes].map(liveOf));
    const [other, ...others] = [...parent.childNodes].filter((it) => it instanceof Text && !ours.has(it));
    for (const it of others) it.remove();
    if (other) other.replaceWith(show(base));
    else place(show(base), base, parent);
  }

  function writeElement(base: Element, next: Element, live: Live): void {
    if (!isShown) stale.add(base);
    const isComponent = base.hasAttribute(ATTRIBUTES.component);
    const changed = changedAttributes(base, next);
    if (live && changed.some((name) => isWired(name, base, next))) later.push(() => wiring.changed(live));
    for (const name of changed) {
      if (isComponent && (name === ATTRIBUTES.id || name === ATTRIBUTES.component)) continue;
      if (live) writeAttribute(live, base, next, name);
      copyAttribute(base, next, name);
    }
    // a component inside is its own: its content comes in its own updates
    if (isComponent) return;
    if (live && isEdited(live)) {
      stale.add(base);
      children(base, next, undefined);
    } else if (live && stale.has(base)) {
      // it was not written when the server changed it
      for (const name of next.getAttributeNames())
        if (name !== 'class' && name !== 'style') copyAttribute(live, next, name);
      content(base, next, live);
    } else if (live instanceof HTMLTextAreaElement) changeControl(live, () => children(base, next, live));
    else if (base instanceof HTMLTemplateElement) writeTemplate(base, next as HTMLTemplateElement, live);
    else children(base, next, live);
  }

  function writeTemplate(base: HTMLTemplateElement, next: HTMLTemplateElement, live: Live): void {
    if (live instanceof HTMLTemplateElement)
      live.content.replaceChildren(live.content.ownerDocument.importNode(next.content, true));
    base.content.replaceChildren(next.content);
  }

  return {
    update(html, mayShow = true) {
      write(mayShow, () => {
        const next = parse(html, root);
        if (!isShown) stale.add(top);
        rewrite(top, next, () => content(top, next, isShown ? root : undefined));
      });
    },
    patch(operations, mayShow = true) {
      write(mayShow, () => {
        if (operations.length >= MANY) {
          index = new Map();
          note(top);
        }
        leaving = leavingIn(operations);
        for (const id of leaving.keys()) if (!isShown || stale.has(find(id).parentNode as Element)) leaving.delete(id);
        for (const operation of operations) operate(operation);
        for (const [id, gap] of [...leaving]) {
          leaving.delete(id);
          operate(['x', id, gap]);
        }
      });
    },
  };
}
