// The docs as they are read in the repository: every link leads to a file, and every anchor to a heading. `npm run docs` checks the site that is made of them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** What is installed or made, and is not in the repository. */
const MADE = /^docs\/(?:node_modules|api|source|public|\.vitepress)\//;

const files = [
  ...readdirSync(ROOT),
  ...['docs', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  ),
].filter((file) => file.endsWith('.md') && !file.includes('node_modules/') && !MADE.test(file));

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const withoutCode = (text: string) => text.replace(/^(`{3,}).*?^\1/gms, '');

/** The anchors of a page's headings, as code hosts make them. */
function anchorsOf(file: string): string[] {
  const titles = [...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

function faultOf(file: string, href: string): string | undefined {
  const [path = '', anchor] = href.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURI(path));
  if (!existsSync(join(ROOT, target))) return `${href}: there is no ${target}`;
  if (!anchor || statSync(join(ROOT, target)).isDirectory()) return undefined;
  return anchorsOf(target).includes(decodeURIComponent(anchor)) ? undefined : `${href}: no such heading`;
}

test.each(files)('the links of %s lead somewhere', (file) => {
  const links = [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, href = '']) => href);
  const own = links.filter((href) => !/^[a-z][a-z+.-]*:/i.test(href));
  expect(own.map((href) => faultOf(file, href)).filter(Boolean)).toEqual([]);
  // a link from the site's root is none in the repository
  expect(own.filter((href) => href.startsWith('/'))).toEqual([]);
});

test('the docs were found', () => expect(files.length).toBeGreaterThan(25));
