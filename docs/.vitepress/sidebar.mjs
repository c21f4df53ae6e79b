// Owns the order of the pages. A page that is not there is left out, and one that no list names comes under "More".
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API, DOCS, folderOf } from './paths.mjs';
import { writtenPages } from './source.mjs';

const GROUPS = [
  ['Start', ['start', 'guides/existing-app', 'examples', 'how-it-works', 'comparison']],
  [
    'Guide',
    [
      'components',
      'rendering',
      'events',
      'forms',
      'scopes',
      'connection',
      'testing',
      'debugging',
      'inspector',
      'editors',
      'monitoring',
      'cluster',
    ],
  ],
  ['How to', ['guides/auth', 'guides/deploying', 'guides/proxies', 'guides/moving', 'guides/htmx-4']],
  ['Reference', ['page', 'protocol', 'proxies']],
];
/** Pages of the site that no list names: the home page. */
const UNLISTED = /^index$/;

/** What is looked up most. */
const OPTIONS = { text: 'Options', link: `/${API}/htmx-liveview/interfaces/BaseOptions` };

/** The sidebar of all pages. */
export function createSidebar() {
  const pages = writtenPages().map((page) => page.replace(/\.md$/, ''));
  const named = new Set(GROUPS.flatMap(([, names]) => names));
  const rest = pages.filter((page) => !named.has(page) && !UNLISTED.test(page));
  const groups = GROUPS.map(([text, names]) => ({
    text,
    items: names.filter((name) => pages.includes(name)).map(item),
  }));
  const more = rest.filter((page) => folderOf(page) !== 'decisions').map(item);
  const decisions = rest.filter((page) => folderOf(page) === 'decisions').map(item);
  const about = [
    { text: 'Security', link: '/source/SECURITY' },
    { text: 'Changes', link: '/source/CHANGELOG' },
    { text: 'Decisions', link: '/source/docs/decisions/', collapsed: true, items: decisions },
  ];
  return [
    ...groups.filter(({ items }) => items.length > 0),
    { text: 'API', items: [{ text: 'Overview', link: `/${API}/` }, OPTIONS, ...readApi()] },
    ...(more.length > 0 ? [{ text: 'More', items: more }] : []),
    { text: 'About', items: about },
  ];
}

function item(page) {
  return { text: titleOf(page), link: `/${page}` };
}

function titleOf(page) {
  return /^# (.+)$/m.exec(readFileSync(join(DOCS, `${page}.md`), 'utf8'))?.[1].replace(/`/g, '') ?? page;
}

/** The entry points, each with what it exports. TypeDoc puts those with a longer path inside the one with the shorter. */
function readApi() {
  const file = join(DOCS, API, 'typedoc-sidebar.json');
  const modules = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  return modules.flatMap(({ items, ...module }) => [
    { ...module, items: items.filter(({ link }) => !link) },
    ...items.filter(({ link }) => link).map((inner) => ({ ...inner, text: `${module.text}/${inner.text}` })),
  ]);
}
