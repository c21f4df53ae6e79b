// Who is looking at this page, and where they point. One presence holds both; with a backplane on Redis it spans all servers.
import { createHash } from 'node:crypto';
import { html, LiveComponent, type Member, type Params, presence } from 'htmx-liveview';
import { z } from 'zod';

/** What everybody says of themselves. `x` and `y` are there while the pointer is on the board. */
interface Looker {
  readonly name: string;
  readonly x?: number;
  readonly y?: number;
}

const lookers = presence<Looker>('demo:presence');

export const BOARD = { width: 600, height: 300 } as const;

export class Here extends LiveComponent<{}, { owner: string }> {
  static component = 'demo.Here';
  static events = {
    rename: z.object({ name: z.string().trim().min(1).max(20) }),
    point: z.object({
      x: z.coerce.number().int().min(0).max(BOARD.width).optional(),
      y: z.coerce.number().int().min(0).max(BOARD.height).optional(),
    }),
  };

  me: Looker = { name: 'Somebody' };
  last = '';
  /** Whoever has several tabs open is there once. */
  people = this.presence(lookers, this.me, {
    id: publicId(this.context.owner),
    joined: ({ meta }) => {
      this.last = `${meta.name} has come.`;
    },
    left: ({ meta }) => {
      this.last = `${meta.name} has gone.`;
    },
  });

  rename({ name }: Params<typeof Here, 'rename'>) {
    this.me = { ...this.me, name };
    this.people.join(this.me);
  }

  /** Where the pointer is; without `x` and `y` it has left the board. */
  point({ x, y }: Params<typeof Here, 'point'>) {
    this.me = { name: this.me.name, ...(x !== undefined && y !== undefined && { x, y }) };
    this.people.join(this.me);
  }

  invalid() {
    // a pointer on the very edge, or a name that the form does not let through: there is nothing to say
  }

  render() {
    const { members } = this.people;
    const own = publicId(this.context.owner);
    const others = members.filter(({ id, meta }) => id !== own && meta.x !== undefined);
    return html`
      <svg data-pointers lv-event="point" hx-trigger="point" hx-sync="this:queue last" class="stage"
        viewBox="0 0 ${BOARD.width} ${BOARD.height}" role="img" aria-label="Where the others point">
        <text x="${BOARD.width / 2}" y="${BOARD.height / 2}" class="soft">Point here: the others see it.</text>
        <g id="pointers">${others.map(renderPointer)}</g>
      </svg>
      <p id="count">${members.length === 1 ? 'One is here.' : `${members.length} are here.`}</p>
      <ul id="people" class="list people">${members.map(
        ({ id, meta }) => html`<li id="person-${id}" class="${hueOf(id)}">${meta.name}${id === own && ' (you)'}</li>`,
      )}</ul>
      <p id="last" role="status">${this.last}</p>
      <form lv-event="rename" class="row">
        <input name="name" placeholder="Your name" aria-label="Your name" autocomplete="off" maxlength="20" required>
        <button>That is me</button>
      </form>`;
  }
}

/** A move changes one attribute of one region. Near the right edge the name is on the left. */
function renderPointer({ id, meta: { name, x = 0, y = 0 } }: Member<Looker>) {
  const isRight = x > 0.7 * BOARD.width;
  return html`
    <g id="pointer-${id}" class="${hueOf(id)}" transform="translate(${x} ${y})">
      <path d="M0 0v20l5-5 5 11 5-2-5-10h8z"/>
      <text x="${isRight ? -6 : 18}" y="26" text-anchor="${isRight ? 'end' : 'start'}">${name}</text>
    </g>`;
}

/** The session's id is a secret, and what is in the page is not. */
function publicId(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 12);
}

/** One of eight colours, the same in every browser. */
function hueOf(id: string): string {
  return `hue-${Number.parseInt(id.slice(0, 6), 16) % 8}`;
}
