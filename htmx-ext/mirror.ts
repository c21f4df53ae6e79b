// Owns which live node shows which node of the server's, where a live node goes, and what becomes of components inside.
// A live node is undefined where the page does not follow.

import { ATTRIBUTES } from '../protocol/names.ts';

/** The root elements of components. */
export const ROOT = `[${ATTRIBUTES.component}]`;

/** Components that were put back without their inside, because another script had taken them away. */
export const emptied = new WeakSet<Element>();

/** Two trees: the server's, and the live one, which other scripts may change. */
export interface Mirror {
  /** Notes for a tree of the server's which live tree shows it; both have the same shape, but for the insides of components. */
  link(base: Node, live: Node): void;
  /** The live node that shows one of the server's, wherever it is now. */
  liveOf(base: Node): Node | undefined;
  /** The live node that shows one of the server's, unless another script has taken it away. */
  shownIn(parent: Node | undefined, base: Node): ChildNode | undefined;
  /** Puts a component's inside aside until the component is shown: it is its own. */
  putAside(component: Element): void;
  /** Makes the live node for one of the server's. New components get their insides; those that are on the page already stay what they are. */
  show(base: ChildNode): ChildNode;
  /** Puts a live node where the server's stands among its siblings. */
  place(shown: Node, base: ChildNode, live: Element): void;
  /** Writes an element's content from the server's, where the live DOM has not followed it. */
  rebuild(base: Element, live: Element): void;
}

/**
 * Makes a mirror of nothing.
 * @param added is called for each element that was made.
 * @param removed is called for each element that is about to go.
 */
export function createMirror(added: (element: Element) => void, removed: (element: Element) => void): Mirror {
  const lives = new WeakMap<Node, Node>();
  /** The insides of components that came with new HTML. */
  const insides = new WeakMap<Element, DocumentFragment>();

  function link(base: Node, live: Node): void {
    lives.set(base, live);
    let other = live.firstChild;
    for (const child of base.childNodes) {
      if (!other) return;
      link(child, other);
      other = other.nextSibling;
    }
  }

  function shownIn(parent: Node | undefined, base: Node): ChildNode | undefined {
    const live = lives.get(base);
    return live && live.parentNode === parent ? (live as ChildNode) : undefined;
  }

  function putAside(component: Element): void {
    const inside = component.ownerDocument.createDocumentFragment();
    inside.append(...component.childNodes);
    insides.set(component, inside);
  }

  function show(base: ChildNode): ChildNode {
    const within = base instanceof Element ? [base, ...base.querySelectorAll(ROOT)] : [];
    const components = within.filter((it) => it.matches(ROOT));
    const full = components.filter((it) => insides.has(it));
    const before = components.filter((it) => !insides.has(it)).map((it) => [it, lives.get(it)] as const);
    for (const component of full) {
      component.append(insides.get(component) as DocumentFragment);
      insides.delete(component); // the next time it is on the page already
    }
    let shown = document.importNode(base, true);
    for (const component of full) component.replaceChildren();
    link(base, shown);
    for (const [component, old] of before) {
      const made = lives.get(component) as Element;
      if (old?.isConnected) {
        made.replaceWith(old);
        lives.set(component, old);
        if (made === shown) shown = old as Element;
      } else emptied.add(made);
    }
    if (shown instanceof Element) added(shown);
    return shown;
  }

  function place(shown: Node, base: ChildNode, live: Element): void {
    const previous = base.previousSibling && shownIn(live, base.previousSibling);
    move(live, shown, previous ? previous.nextSibling : nextShown(base, live));
  }

  /** Before what a node comes that follows nothing: the next sibling that is shown, else the end. */
  function nextShown(base: ChildNode, live: Element): ChildNode | null {
    for (let next = base.nextSibling; next; next = next.nextSibling) {
      const shown = shownIn(live, next);
      if (shown) return shown;
    }
    return null;
  }

  function rebuild(base: Element, live: Element): void {
    const nodes = [...base.childNodes].map(show); // components move into these
    for (const child of [...live.children]) if (!nodes.includes(child)) removed(child);
    live.replaceChildren(...nodes);
  }

  return { link, liveOf: (base) => lives.get(base), shownIn, putAside, show, place, rebuild };
}

/** Moves a node without resetting it where the browser can: a moved iframe, video or focus survives. */
function move(parent: Element, node: Node, before: Node | null): void {
  const able = parent as Element & { moveBefore?: (node: Node, before: Node | null) => void };
  if (able.moveBefore && node.isConnected && parent.isConnected) able.moveBefore(node, before);
  else parent.insertBefore(node, before);
}
