// Owns what the home page has in the site beyond its Markdown, which is a plain page in the repository.

const FEATURES = [
  [
    'A dropped connection loses nothing',
    'Streams break, tabs sleep, servers are deployed. State, clicks and what is typed are there afterwards.',
    '/connection',
  ],
  [
    'Every event counts once, in order',
    'HTTP may lose, repeat or delay what is sent. Five fast clicks count five.',
    '/events',
  ],
  [
    'Only what changed is touched',
    'Of 1000 rows one is sent, and only its nodes are written. Caret, scroll and other scripts’ work stay.',
    '/rendering',
  ],
];

/** Shows the home page with a head of its own. */
export function dressHome(page) {
  if (page.relativePath !== 'index.md') return;
  page.frontmatter.layout = 'home';
  page.frontmatter.hero = {
    name: 'htmx-liveview',
    text: 'Live components for htmx pages, in Express',
    tagline:
      'The server keeps the state, renders HTML, and pushes what changed. One event stream down, signed POSTs up, no websocket.',
    image: { src: '/icon.svg', alt: '' },
    actions: [
      { theme: 'brand', text: 'Start in five minutes', link: '/start' },
      { theme: 'alt', text: 'How it works', link: '/how-it-works' },
    ],
  };
  page.frontmatter.features = FEATURES.map(([title, details, link]) => ({ title, details, link }));
}
