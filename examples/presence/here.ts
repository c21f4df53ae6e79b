// Who is looking at this page, and where they point: two lists that keep themselves. With a backplane on Redis they span all servers.
import { createHash } from 'node:crypto';
import { html, LiveComponent, type Member, type Params, presence, topic } from 'htmx-liveview';
import { z } from 'zod';

interface Pointer {
  readonly who: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const lookers = presence<{ name: string }>('demo:presence');
const pointers = presence<Pointer>('demo:pointers');
/** Tells all tabs of somebody their new name. */
const renamed = topic<{ who: string; name: string }>('demo:names');
/** What they called themselves; an app with a login knows it. */
const names = new Map<string, string>();
const MOST_NAMES = 10_000;

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

  who = publicId(this.context.owner);
  name = names.get(this.who) ?? 'Somebody';
  last = '';
  /** Whoever has several tabs open is there once… */
  people = this.presence(
    lookers,
    { name: this.name },
    {
      id: this.who,
      joined: ({ meta }) => {
        this.last = `${meta.name} has come.`;
      },
      left: ({ meta }) => {
        this.last = `${meta.name} has gone.`;
      },
    },
  );
  /** …but each tab has a pointer of its own, while it is on the board. */
  pointers = this.presence(pointers, undefined, { id: this.id });

  mount() {
    this.subscribe(renamed, ({ who, name }) => {
      if (who !== this.who) return;
      this.name = name;
      this.people.join({ name });
    });
  }

  rename({ name }: Params<typeof Here, 'rename'>) {
    names.set(this.who, name);
    const [first] = names.keys();
    if (names.size > MOST_NAMES && first !== undefined) names.delete(first);
    this.publish(renamed, { who: this.who, name });
  }

  /** Without `x` and `y` the pointer has left the board. */
  point({ x, y }: Params<typeof Here, 'point'>) {
    if (x === undefined || y === undefined) this.pointers.leave();
    else this.pointers.join({ who: this.who, name: this.name, x, y });
  }

  invalid() {
    // a pointer on the very edge, or a name that the form does not let through: there is nothing to say
  }

  render() {
    const { members } = this.people;
    const others = this.pointers.members.filter(({ id }) => id !== this.id);
    return html`
      <svg data-pointers lv-event="point" hx-trigger="point" hx-sync="this:queue last" class="stage"
        viewBox="0 0 ${BOARD.width} ${BOARD.height}" role="img" aria-label="Where the others point">
        <text x="${BOARD.width / 2}" y="${BOARD.height / 2}" class="soft">Point here: the others see it.</text>
        <g id="pointers">${others.map(renderPointer)}</g>
      </svg>
      <p id="count">${members.length === 1 ? 'One is here.' : `${members.length} are here.`}</p>
      <ul id="people" class="list people">${members.map(
        ({ id, meta }) =>
          html`<li id="person-${id}" class="${hueOf(id)}">${meta.name}${id === this.who && ' (you)'}</li>`,
      )}</ul>
      <p id="last" role="status">${this.last}</p>
      <form lv-event="rename" class="row">
        <input name="name" placeholder="Your name" aria-label="Your name" autocomplete="off" maxlength="20" required>
        <button>That is me</button>
      </form>`;
  }
}

/** A move changes one attribute of one region. Near the right edge the name is on the left. */
function renderPointer({ id, meta: { who, name, x, y } }: Member<Pointer>) {
  const isRight = x > 0.7 * BOARD.width;
  return html`
    <g id="pointer-${id}" class="${hueOf(who)}" transform="translate(${x} ${y})">
      <path d="M0 0v20l5-5 5 11 5-2-5-10h8z"/>
      <text x="${isRight ? -6 : 18}" y="26" text-anchor="${isRight ? 'end' : 'start'}">${name}</text>
    </g>`;
}

/** The session's id is a secret, and what is in the page is not. */
function publicId(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 12);
}

/** One of eight colours, the same in every browser. */
function hueOf(who: string): string {
  return `hue-${Number.parseInt(who.slice(0, 6), 16) % 8}`;
}
