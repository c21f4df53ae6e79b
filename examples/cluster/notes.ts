// A list with a form, whose state survives its node.
import { html, type InvalidEvent, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';

interface Note {
  readonly id: number;
  readonly text: string;
}

export class Notes extends LiveComponent {
  static component = 'cluster.Notes';
  static durable = 'sync';
  static events = {
    add: z.object({ text: z.string().trim().min(1, 'Write something.').max(80, 'At most 80 letters, please.') }),
    remove: z.object({ id: z.coerce.number().int() }),
  };

  notes: Note[] = [];
  lastId = 0;
  error = '';

  add({ text }: Params<typeof Notes, 'add'>) {
    this.notes.push({ id: ++this.lastId, text });
    this.error = '';
  }

  remove({ id }: Params<typeof Notes, 'remove'>) {
    this.notes = this.notes.filter((note) => note.id !== id);
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.text ?? '';
  }

  render() {
    return html`
      <form lv-event="add" class="row" novalidate>
        <input name="text" placeholder="A note" aria-label="A note" autocomplete="off">
        <button>Add</button>
      </form>
      <p class="error" role="alert">${this.error}</p>
      <ul class="list">${this.notes.map(
        ({ id, text }) => html`
        <li id="note-${id}"><span>${text}</span>
          <button lv-event="remove" name="id" value="${id}" class="quiet" aria-label="Remove ${text}">×</button></li>`,
      )}</ul>`;
  }
}
