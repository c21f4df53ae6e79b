// Who is looking at this page: a list that keeps itself up to date. With a backplane on Redis it spans all servers.
import { html, LiveComponent, type Params, presence } from 'htmx-liveview';
import { z } from 'zod';

const lookers = presence<{ name: string }>('demo:presence');

interface Visitor {
  readonly owner: string;
}

export class Here extends LiveComponent<{}, Visitor> {
  static component = 'demo.Here';
  static events = { rename: z.object({ name: z.string().trim().min(1).max(20) }) };

  last = '';
  /** Whoever has several tabs open is there once. */
  people = this.presence(
    lookers,
    { name: 'Somebody' },
    {
      id: this.context.owner,
      joined: ({ meta }) => {
        this.last = `${meta.name} has come.`;
      },
      left: ({ meta }) => {
        this.last = `${meta.name} has gone.`;
      },
    },
  );

  rename({ name }: Params<typeof Here, 'rename'>) {
    this.people.join({ name });
  }

  render() {
    const { members } = this.people;
    return html`
      <p id="count">${members.length === 1 ? 'One is here.' : `${members.length} are here.`}</p>
      <ul id="people" class="list">${members.map(({ meta }) => html`<li>${meta.name}</li>`)}</ul>
      <p id="last" role="status">${this.last}</p>
      <form lv-event="rename" class="row">
        <input name="name" placeholder="Your name" aria-label="Your name" autocomplete="off" maxlength="20" required>
        <button>That is me</button>
      </form>`;
  }
}
