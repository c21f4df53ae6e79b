// Owns what the page shows and says of its connection: DOM events on the document, and a small note that can be turned off.

import { MANY } from './backoff.ts';
import type { State } from './connection.ts';
import { dispatch } from './dom.ts';

/** Milliseconds after which a broken connection is worth a note. */
const BLIP = 2_500;

/** The note's texts; false for no note. */
type Texts = false | readonly [reconnecting: string, offline: string];

/**
 * Gives what tells the document how it goes: `liveview:connected` with `mode`, `liveview:disconnected`, `liveview:reconnecting` with
 * `attempt` and `ms`.
 */
export function createNotice(getTexts: () => Texts): (state: State) => void {
  let note: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOffline = false;

  function show(): void {
    const texts = getTexts();
    if (!texts) return;
    if (!note) {
      note = document.createElement('div');
      note.className = 'lv-notice';
      note.setAttribute('role', 'status');
      // by script, and not by a style element: a strict Content-Security-Policy allows no other
      note.style.cssText =
        'position:fixed;inset:auto 0 1rem;margin:0 auto;width:fit-content;padding:.4em 1em;border-radius:1em;' +
        'font:14px/1.4 system-ui,sans-serif;color:#fff;background:#333d;z-index:2147483647;pointer-events:none';
      document.body.append(note);
    }
    note.textContent = texts[Number(isOffline) as 0 | 1];
  }

  return ({ name, ...detail }) => {
    if (name !== 'closed') dispatch(document, `liveview:${name}`, detail);
    isOffline = 'attempt' in detail && detail.attempt >= MANY;
    if (name === 'connected' || name === 'closed') {
      clearTimeout(timer);
      note?.remove();
      note = timer = undefined;
    } else if (note) show();
    else timer ??= setTimeout(show, BLIP);
  };
}
