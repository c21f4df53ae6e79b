// A bell that counts, and toasts that come by themselves, wherever in the app something happened.
import { html, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { isFor, markSeen, type Notice, noticed, noticesOf, seen } from './store.ts';

/** Milliseconds for which a toast stays; an error stays until it is closed. */
const STAYS = 6_000;
const MOST_TOASTS = 3;

export class Notifications extends LiveComponent<{}, { owner: string }> {
  static component = 'demo.Notifications';
  static events = { look: true, close: z.object({ id: z.coerce.number().int() }) };

  notices: readonly Notice[] = [];
  unread = 0;
  toasts: readonly Notice[] = [];

  mount() {
    this.load();
    this.subscribe(noticed, (notice) => {
      if (isFor(this.context.owner, notice)) this.show(notice);
    });
    this.subscribe(seen, (owner) => {
      if (owner === this.context.owner) this.load();
    });
  }

  load() {
    Object.assign(this, noticesOf(this.context.owner));
    this.browser.title(`${this.unread > 0 ? `(${this.unread}) ` : ''}Notifications`);
  }

  show(notice: Notice) {
    this.load();
    this.toasts = [...this.toasts, notice].slice(-MOST_TOASTS);
    if (notice.level !== 'error') this.after(STAYS, () => this.close(notice));
  }

  close({ id }: Params<typeof Notifications, 'close'>) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  look() {
    markSeen(this.context.owner);
    this.publish(seen, this.context.owner);
  }

  render() {
    const { notices, unread } = this;
    return html`
      <details class="bell" lv-event="look" hx-trigger="toggle">
        <summary aria-label="Notifications, ${unread} new"><svg viewBox="0 0 24 24" aria-hidden="true"><path
          d="M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6zm-2 16a2 2 0 0 0 4 0z"/></svg>
          <b id="unread" class="badge" hidden="${unread === 0}">${unread}</b></summary>
        <ul id="notices" class="list">${notices.map(renderNotice)}</ul>
        <p class="hint" hidden="${notices.length > 0}">Nothing has happened yet.</p>
      </details>
      <ul id="toasts" class="toasts" aria-live="polite">${this.toasts.map(renderToast)}</ul>`;
  }
}

function renderNotice({ id, level, text, at }: Notice) {
  return html`
    <li id="notice-${id}" class="notice ${level}"><span>${text}</span>
      <time datetime="${at}">${at.slice(11, 16)} UTC</time></li>`;
}

/** `role="alert"` is read out at once, the others when the reader has a moment. */
function renderToast({ id, level, text }: Notice) {
  return html`
    <li id="toast-${id}" class="toast ${level}" role="${level === 'error' ? 'alert' : 'status'}"><b>${level}</b> <span>${text}</span>
      <button lv-event="close" name="id" value="${id}" class="quiet" aria-label="Close: ${text}">×</button></li>`;
}
