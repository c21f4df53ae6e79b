// Owns the pages that show what the docs link to outside of their folder: the README, examples, tests.
// In: the links of all pages. Out: Markdown in docs/source, which is not kept.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { DOCS, isFolder, isShowable, isWritten, pageOf, ROOT, SOURCE, targetOf } from './paths.mjs';

/** What a fence calls the languages whose files are called otherwise. */
const LANGUAGES = { mjs: 'js', cjs: 'js', mts: 'ts', hbs: 'handlebars', eta: 'html', ejs: 'html', svg: 'xml' };
const SKIPPED = /^(?:node_modules|dist|package-lock\.json|\..*)$/;
/** Folders with more text than this are shown as a list of links. */
const MOST_TEXT = 40_000;

/** Longer files are shown without colours: those would take most of the build's time. */
const MOST_COLOURED = 8_000;
/** What the navigation leads to. */
const ALWAYS = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/decisions'];

/** Writes a page for each file and folder that a page links to. */
export function writeSourcePages() {
  rmSync(join(DOCS, SOURCE), { recursive: true, force: true });
  const waiting = writtenPages();
  const done = new Set(waiting);
  const add = (target) => {
    const page = pageOf(target);
    if (done.has(page) || !isShowable(target)) return; // a dead link is the build's to report
    done.add(page);
    write(page, pageFor(target));
    waiting.push(page);
  };
  ALWAYS.forEach(add);
  for (const page of waiting) linksOf(page).forEach(add);
}

/** The pages of docs/ as they are written, in the order of their names. */
export function writtenPages() {
  const found = readdirSync(DOCS, { withFileTypes: true }).flatMap((entry) => {
    if (!isWritten(entry.name)) return [];
    if (!entry.isDirectory()) return [entry.name];
    return readdirSync(join(DOCS, entry.name), { recursive: true }).map((file) => posix.join(entry.name, file));
  });
  return found.filter((file) => file.endsWith('.md') && isWritten(file)).sort();
}

/** The files and folders of the repository to which a page links. */
export function linksOf(page) {
  const text = readFileSync(join(DOCS, page), 'utf8').replace(/^(`{3,}).*?^\1/gms, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, href]) => targetOf(page, href)?.target);
  return links.filter((target) => target !== undefined);
}

/** The five minutes of the README, for the page Start. */
export function writeStart() {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [section] = /(?<=^## Start, in five minutes\n)[\s\S]*?(?=^## )/m.exec(text) ?? [];
  if (!section) throw new Error('README.md has no section "Start, in five minutes": docs/start.md shows it.');
  // its links are the README's: they begin a folder higher
  const moved = section.replace(/(?<=\]\()(?![a-z]+:|#)[^)\s#]+/gi, (href) => posix.relative('docs', href));
  write('.vitepress/cache/start.md', moved);
}

function pageFor(target) {
  if (isFolder(target)) return folderPage(target);
  if (!target.endsWith('.md')) return `${head(target)}# ${target}\n\n${code(target)}`;
  return head(target) + readFileSync(join(ROOT, target), 'utf8');
}

function folderPage(target) {
  const entries = readdirSync(join(ROOT, target)).filter((name) => !SKIPPED.test(name));
  const shown = entries.filter((name) => isShowable(posix.join(target, name)));
  const [folders, files] = [true, false].map((wanted) =>
    shown.filter((name) => isFolder(posix.join(target, name)) === wanted),
  );
  const about = files.includes('README.md') ? readFileSync(join(ROOT, target, 'README.md'), 'utf8') : `# ${target}/`;
  const size = files.reduce((sum, name) => sum + statSync(join(ROOT, target, name)).size, 0);
  const others = files.filter((name) => name !== 'README.md');
  const isList = size > MOST_TEXT || others.every((name) => name.endsWith('.md'));
  const codes = isList ? [] : others.map((name) => `## ${name}\n\n${code(posix.join(target, name))}`);
  const listed = [...folders.map((name) => `${name}/`), ...(isList ? others : [])];
  const list = listed.map((name) => `- [${titleOf(target, name)}](${posix.join('./', name)})`).join('\n');
  return [head(target) + about, list, ...codes].join('\n\n');
}

/** What a list calls a file: Markdown by its first heading. */
function titleOf(folder, name) {
  if (!name.endsWith('.md')) return name;
  return /^# (.+)$/m.exec(readFileSync(join(ROOT, folder, name), 'utf8'))?.[1] ?? name;
}

function code(target) {
  const text = readFileSync(join(ROOT, target), 'utf8');
  const kind = text.length > MOST_COLOURED ? 'txt' : extname(target).slice(1);
  return `\`\`\`\`${LANGUAGES[kind] ?? kind}\n${text}\`\`\`\`\n`;
}

/** Code gets the room of the list of headings. */
function head(target) {
  return `---\ntitle: ${JSON.stringify(target)}\naside: ${target.endsWith('.md')}\n---\n\n`;
}

function write(page, text) {
  mkdirSync(dirname(join(DOCS, page)), { recursive: true });
  writeFileSync(join(DOCS, page), text);
}
