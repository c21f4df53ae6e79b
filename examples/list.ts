// Which examples there are, in which order, and what to look at in each. The gallery, the menu and every page's last lines come from here.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Html, html } from 'htmx-liveview';

const root = dirname(createRequire(import.meta.url).resolve('htmx-liveview/package.json'));

/** The folder of the examples' sources: the gallery serves them to read. */
export const SOURCES = join(root, 'examples');
/** The folder of their pictures, which `npm run screenshots` writes. */
export const PICTURES = join(root, 'docs/images');

export interface Example {
  /** Its page, and the name of its folder: `/todo` is in `examples/todo`. */
  readonly path: string;
  readonly name: string;
  readonly text: string;
  /** What to look at in its code. */
  readonly look: Html;
  /** What it uses of `examples/public`, besides the style that all share. */
  readonly also?: readonly string[];
}

export const groups: readonly (readonly [title: string, examples: readonly Example[]])[] = [
  [
    'First steps',
    [
      {
        path: '/counter',
        name: 'Counter',
        text: 'The specification’s own: state on the server, signed events up, updates down.',
        look: html`a field, three methods, and <code>static events</code>, which names what a browser may call.`,
      },
      {
        path: '/clock',
        name: 'Clock',
        text: 'The server pushes; what you type meanwhile stays.',
        look: html`<code>this.every(1000, …)</code> needs no end: it stops with the component.`,
      },
      {
        path: '/todo',
        name: 'To do',
        text: 'A form, a list and a schema, kept for each session.',
        look: html`<code>invalid()</code> gets the schema’s messages; a topic tells the other tabs.`,
      },
    ],
  ],
  [
    'Several people',
    [
      {
        path: '/chat',
        name: 'Chat',
        text: 'Several browsers, joined by publish and subscribe.',
        look: html`<code>this.subscribe(messages, …)</code> in <code>mount()</code>, and <code>this.publish(…)</code> in the handler.`,
      },
      {
        path: '/vote',
        name: 'A vote',
        text: 'One component for everybody, rendered once for all of them.',
        look: html`<code>static scope = 'app'</code>, and <code>event.context</code>, which says who acted.`,
      },
      {
        path: '/presence',
        name: 'Who is here',
        text: 'Who looks at this page, and everybody’s pointer on a board.',
        look: html`<code>this.presence(…)</code>, once for the list and once for the pointers; with <code>hx-sync="this:queue last"</code>
          a slow network gets fewer positions, never old ones.`,
        also: ['pointers.js', 'presence.css'],
      },
      {
        path: '/notifications',
        name: 'Notifications',
        text: 'Toasts that an ordinary route sends, and a bell that counts.',
        look: html`<code>live.publish(…)</code> in an Express route, and <code>this.after(…)</code>, which closes a toast.`,
        also: ['notifications.css'],
      },
      {
        path: '/tictactoe',
        name: 'Tic-tac-toe',
        text: 'Two players and any number of watchers; the server keeps the turns.',
        look: html`<code>game.ts</code> knows the rules and no component. What <code>disabled</code> promises, <code>play()</code> enforces.`,
        also: ['tictactoe.css'],
      },
      {
        path: '/kanban',
        name: 'A board',
        text: 'Cards that several people drag, add and edit at once, with the mouse or without.',
        look: html`<code>place</code>, and at <code>kanban.js</code>, which makes one event of a drag.`,
        also: ['kanban.js'],
      },
    ],
  ],
  [
    'Forms, data and work',
    [
      {
        path: '/wizard',
        name: 'A wizard',
        text: 'Three steps, checked as one types, with a way back that loses nothing.',
        look: html`<code>check</code> and <code>seen</code>: each message follows from the draft, and none comes too early.`,
        also: ['focus.js'],
      },
      {
        path: '/upload',
        name: 'Files',
        text: 'Several at once, dropped or chosen, with a progress bar and limits.',
        look: html`<code>static uploads</code> says what is taken; <code>progress.js</code> is all the script that there is.`,
        also: ['progress.js'],
      },
      {
        path: '/table',
        name: 'A table',
        text: 'A thousand rows: sorted, filtered as one types, paged, and kept in the address.',
        look: html`<code>navigate(url)</code>: the handlers only change the address, and all state is read from it.`,
      },
      {
        path: '/infinite',
        name: 'A list without end',
        text: 'More as one scrolls, and a word on what is new instead of a jump.',
        look: html`<code>renderEnd</code>: its element asks for more when it comes into view, and an answer has nothing but the notes that are added.`,
        also: ['feed.js'],
      },
      {
        path: '/dashboard',
        name: 'A dashboard',
        text: 'Charts that the server draws, and a push each second of no more than what changed.',
        look: html`<code>charts.ts</code>: a line is one region, bars are a list, and a second costs some 1.5 KB for both.`,
      },
      {
        path: '/job',
        name: 'A long job',
        text: 'A progress bar that survives a reload, with cancel and retry.',
        look: html`<code>this.task(…)</code> gives what ends it, and <code>static scope = 'session'</code> makes it one for all tabs.`,
      },
    ],
  ],
  [
    'Into your app',
    [
      {
        path: '/existing',
        name: 'An existing page',
        text: 'hx-get and hx-post as they were, with a live component beside them.',
        look: html`the three lines of <code>page.ts</code> that are marked (1), (2) and (3).`,
      },
      {
        path: '/renderers',
        name: 'Any renderer',
        text: 'EJS, Pug, Handlebars, Eta, JSX: all get the same small updates.',
        look: html`one class holds state and handlers, and each renderer brings a <code>render()</code>.`,
      },
    ],
  ],
];

export const examples: readonly Example[] = groups.flatMap(([, of]) => of);

/** The example that a page belongs to, by the first part of its path. */
export function exampleAt(path: string): Example | undefined {
  return examples.find((example) => example.path === `/${path.split('/')[1]}`);
}

/** The source files of an example, as paths below {@link SOURCES}. */
export function sourcesOf({ path, also = [] }: Example): string[] {
  const files = readdirSync(join(SOURCES, path)).filter((file) => /\.tsx?$/.test(file));
  return [...files.map((file) => `${path.slice(1)}/${file}`), ...also.map((file) => `public/${file}`)];
}

/** Where the picture of an example is served, if there is one. */
export function pictureOf({ path }: Example): string | undefined {
  return existsSync(join(PICTURES, `${path}.png`)) ? `/images${path}.png` : undefined;
}
