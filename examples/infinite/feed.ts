// A list that goes on as one scrolls. What is new does not push away what one reads: a button says how much there is.
import { html, LiveComponent, type LiveEvent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { lastId, type Post, postsBetween, write, written } from './posts.ts';

export class Feed extends LiveComponent<{ page: number }> {
  static component = 'demo.Feed';
  static events = {
    more: true,
    showNew: true,
    write: z.object({ text: z.string().trim().min(1).max(120) }),
  };

  /** Which notes are shown; `there` is the newest that there is. */
  newest = lastId();
  oldest = Math.max(1, this.newest - this.session.page + 1);
  there = this.newest;

  mount() {
    this.subscribe(written, (id) => {
      this.there = Math.max(this.there, id);
    });
  }

  /** Sent by the last item when it comes into view. */
  more() {
    this.oldest = Math.max(1, this.oldest - this.session.page);
  }

  showNew(_: unknown, event: LiveEvent) {
    this.newest = this.there;
    event.browser.push('feed:top');
  }

  /** Who writes sees it at once; the others are told. */
  write({ text }: Params<typeof Feed, 'write'>, event: LiveEvent) {
    const id = write(text);
    this.publish(written, id);
    this.there = this.newest = id;
    event.browser.push('feed:top');
  }

  render() {
    const waiting = this.there - this.newest;
    return html`
      <form lv-event="write" class="row">
        <input name="text" placeholder="What did you see?" aria-label="What did you see?" maxlength="120" autocomplete="off" required>
        <button>Write</button>
      </form>
      <div class="above" role="status"><span id="new">${waiting > 0 ? html`<button lv-event="showNew">${waiting} new</button>` : ''}</span></div>
      <div class="feed" tabindex="0" role="region" aria-label="Notes, the newest first">
        <ol id="notes">${[...postsBetween(this.newest, this.oldest).map(renderPost), this.renderEnd()]}</ol>
      </div>
      <p class="row"><button type="button" class="quiet" data-top>To the top</button>
        <span id="shown" class="hint">${(this.newest - this.oldest + 1).toLocaleString('en')} of ${this.newest.toLocaleString('en')} notes</span></p>`;
  }

  /** Each time another element, with an id of its own: an element comes into view once. It is a button as well, for whom scrolling is not. */
  renderEnd() {
    return this.oldest > 1
      ? html`<li id="before-${this.oldest}"><button lv-event="more" hx-trigger="intersect once root:.feed, click" class="quiet">Older notes</button></li>`
      : html`<li id="before-none">That is all: nobody saw anything before.</li>`;
  }
}

function renderPost({ id, text }: Post) {
  return html`<li id="note-${id}"><small>${id}</small> ${text}</li>`;
}
