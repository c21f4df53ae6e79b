// Owns what the page shows and says of its connection: DOM events on the document, and a small note that can be turned off.

import { MANY } from './backoff.ts';
import type { State } from './connection.ts';
import { dispatch } from './dom.ts';
import type { EndReason } from './public.ts';

/** Milliseconds after which a broken connection is worth a note. */
const BLIP = 2_500;

/** The note's texts; without one, or with false in place of all, there is no note. */
export type Texts = false | readonly [reconnecting?: string, offline?: string, gone?: string];

/** What tells the user how it goes. */
export interface Notice {
  /**
   * Tells the document: `liveview:connected` with `mode`, `liveview:disconnected`, `liveview:reconnecting` with `attempt` and `ms`.
   * Shows the note where that lasts.
   */
  connection(state: State): void;
  /** A component is gone. Where a reload brings it back, the note offers that, as long as the component is on the page. */
  gone(root: Element, reason: EndReason): void;
  /** Shows what is so now. */
  draw(): void;
}

export function createNotice(getTexts: () => Texts): Notice {
  const gone = new Set<Element>();
  const note = createNote();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBroken = false;
  let isOffline = false;

  function draw(): void {
    const [reconnecting, offline, reload] = getTexts() || [];
    for (const root of gone) if (!root.isConnected) gone.delete(root);
    const isGone = gone.size > 0;
    const text = isGone ? reload : isBroken && (isOffline ? offline : reconnecting);
    if (!text) return note.remove();
    if (note.isConnected && note.textContent === text) return; // its button may have the focus
    note.replaceChildren(isGone ? createReload(text) : text);
    // not into the body: that is swapped by boosted links, and kept in htmx's history
    document.documentElement.append(note);
  }

  return {
    draw,
    gone(root, reason) {
      if (reason !== 'failed' && reason !== 'refused') gone.add(root);
      draw();
    },
    connection({ name, ...detail }) {
      if (name !== 'closed') dispatch(document, `liveview:${name}`, detail);
      isOffline = 'attempt' in detail && detail.attempt >= MANY;
      if (name === 'connected' || name === 'closed') {
        clearTimeout(timer);
        timer = undefined;
        isBroken = false;
      } else
        timer ??= setTimeout(() => {
          isBroken = true;
          draw();
        }, BLIP);
      draw();
    },
  };
}

function createNote(): HTMLElement {
  const note = document.createElement('div');
  note.className = 'lv-notice';
  note.setAttribute('role', 'status');
  // by script, and not by a style element: a strict Content-Security-Policy allows no other
  note.style.cssText =
    'position:fixed;inset:auto 0 1rem;margin:0 auto;width:fit-content;padding:.4em 1em;border-radius:1em;' +
    'font:14px/1.4 system-ui,sans-serif;color:#fff;background:#333d;z-index:2147483647;pointer-events:none';
  return note;
}

function createReload(text: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.style.cssText = 'all:unset;outline:revert;text-decoration:underline;cursor:pointer;pointer-events:auto';
  button.onclick = () => location.reload();
  return button;
}
