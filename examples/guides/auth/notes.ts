// A live component that belongs to whoever is logged in.
import { html, LiveComponent, type LiveEvent, type Params, topic } from 'htmx-liveview';
import { z } from 'zod';
import type { User } from './users.ts';

export interface Context {
  readonly user: User;
}
interface Note {
  readonly id: number;
  readonly owner: string;
  readonly text: string;
}

let all: readonly Note[] = [];
let lastId = 0;
const changed = topic<undefined>('notes');

export class Notes extends LiveComponent<{}, Context> {
  static component = 'app.Notes';
  static events = {
    add: z.object({ text: z.string().trim().min(1).max(200) }),
    remove: z.object({ id: z.coerce.number().int() }),
  };

  mount() {
    this.subscribe(changed, () => this.changed());
  }

  add({ text }: Params<typeof Notes, 'add'>, { context }: LiveEvent<Context>) {
    all = [...all, { id: ++lastId, owner: context.user.name, text }].slice(-100); // a database would keep them
    this.publish(changed, undefined);
  }

  remove({ id }: Params<typeof Notes, 'remove'>, { context: { user } }: LiveEvent<Context>) {
    // the id comes from a browser: what is not shown to this user may be sent by her all the same
    const note = all.find((one) => one.id === id);
    if (note?.owner !== user.name && user.role !== 'admin') return;
    all = all.filter((one) => one !== note);
    this.publish(changed, undefined);
  }

  render() {
    const { user } = this.context;
    const mine = all.filter(({ owner }) => user.role === 'admin' || owner === user.name);
    return html`
      <p>${user.name}, ${user.role}</p>
      <form lv-event="add"><input name="text" aria-label="Note" required> <button>Keep</button></form>
      <ul>${mine.map(
        ({ id, text, owner }) => html`
        <li id="note-${id}">${owner}: ${text} <button lv-event="remove" name="id" value="${id}">×</button></li>`,
      )}</ul>`;
  }
}
