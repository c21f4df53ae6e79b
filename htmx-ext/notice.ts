// Owns what the page shows and says of its connection: DOM events on the document, and a small note that can be turned off.

import { MANY } from './backoff.ts';
import type { State } from './connect.ts';
import { dispatch } from './dom.ts';

/** Milliseconds after which a broken connection is worth a note. */
const BLIP = 2_500;

/** Tells the document how it goes. `getText` gives the note's texts, or false for no note. */
export class Notice {
  readonly #getText: () => false | readonly [reconnecting: string, offline: string];
  #element: HTMLElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOffline = false;

  constructor(getText: () => false | readonly [reconnecting: string, offline: string]) {
    this.#getText = getText;
  }

  /** `liveview:connected` with `mode`, `liveview:disconnected`, `liveview:reconnecting` with `attempt` and `ms`. */
  tell({ name, ...detail }: State): void {
    if (name !== 'closed') dispatch(document, `liveview:${name}`, detail);
    if (name === 'connected' || name === 'closed') return this.#hide();
    this.#isOffline = 'attempt' in detail && detail.attempt >= MANY;
    if (this.#element) this.#write();
    else this.#timer ??= setTimeout(() => this.#show(), BLIP);
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#element?.remove();
    this.#element = undefined;
  }

  #show(): void {
    const texts = this.#getText();
    if (!texts) return;
    this.#element = document.createElement('div');
    this.#element.className = 'lv-notice';
    this.#element.setAttribute('role', 'status');
    // by script, and not by a style element: a strict Content-Security-Policy allows no other
    Object.assign(this.#element.style, {
      position: 'fixed',
      insetInline: '0',
      bottom: '1rem',
      margin: '0 auto',
      width: 'fit-content',
      padding: '.4em 1em',
      borderRadius: '1em',
      font: '14px/1.4 system-ui,sans-serif',
      color: '#fff',
      background: '#333d',
      zIndex: '2147483647',
      pointerEvents: 'none',
    });
    document.body.append(this.#element);
    this.#write();
  }

  #write(): void {
    const texts = this.#getText();
    if (texts && this.#element) this.#element.textContent = texts[Number(this.#isOffline)] as string;
  }
}
