// Owns the checks of the site that was built: no link leads nowhere, nothing comes from elsewhere, the search finds every page, and the reference has
// every public name.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { load } from 'cheerio';
import ts from 'typescript';
import { API, DOCS, isSearched } from './paths.mjs';
import { ENTRIES } from './reference.mjs';

const DIST = join(DOCS, '.vitepress/dist');
const BASE = process.env.DOCS_BASE ?? '/';

/** Checks docs/.vitepress/dist. Throws with everything that is wrong; gives a word on what was looked at. */
export async function checkSite() {
  const files = new Set(readdirSync(DIST, { recursive: true }));
  const pages = new Map([...files].filter((file) => file.endsWith('.html')).map((file) => [file, readPage(file)]));
  const found = await readSearch([...files]);
  const names = ENTRIES.flatMap(exportsOf);
  const faults = [
    ...[...pages].flatMap(([file, page]) => deadLinks(file, page, files, pages)),
    ...[...pages].flatMap(([file, page]) => page.foreign.map((url) => `${file} loads ${url}`)),
    ...[...pages.keys()]
      .filter((file) => file !== '404.html' && isSearched(file) && !found.has(file))
      .map((file) => `${file} is not in the search`),
    ...names
      .filter((it) => !isInReference(it, pages))
      .map(({ entry, name }) => `${name} of ${entry} is not in the reference`),
  ];
  if (faults.length > 0) throw new Error(`The site has ${faults.length} faults:\n${faults.join('\n')}`);
  const links = [...pages.values()].reduce((sum, page) => sum + page.links.length, 0);
  return `${pages.size} pages, ${links} links, ${found.size} pages in the search, ${names.length} public names.`;
}

function readPage(file) {
  const $ = load(readFileSync(join(DIST, file), 'utf8'));
  const all = (selector, name) =>
    $(selector)
      .map((_, element) => $(element).attr(name))
      .get();
  const loaded = [...all('script[src],img[src]', 'src'), ...all('link[href]', 'href')];
  return {
    ids: new Set(all('[id]', 'id')),
    links: [...all('a[href]', 'href'), ...all('img[src]', 'src')].filter((href) => !/^(?:[a-z]+:|\/\/)/.test(href)),
    foreign: loaded.filter((url) => /^(?:https?:)?\/\//.test(url)),
  };
}

function deadLinks(file, { links }, files, pages) {
  return links.flatMap((href) => {
    const url = new URL(href, `http://site${BASE}${file}`);
    const path = decodeURI(url.pathname).slice(BASE.length);
    const target = path === '' || path.endsWith('/') ? posix.join(path, 'index.html') : path;
    const anchor = decodeURIComponent(url.hash.slice(1));
    if (!files.has(target)) return `${file} links to ${href}, which is not there`;
    return anchor && pages.has(target) && !pages.get(target).ids.has(anchor)
      ? `${file} links to ${href}: no such heading`
      : [];
  });
}

/** The pages that the search knows. */
async function readSearch(files) {
  const index = files.find((file) => /@localSearchIndex.*\.js$/.test(file));
  if (!index) throw new Error('There is no search index.');
  const { default: text } = await import(join(DIST, index));
  const { documentIds } = JSON.parse(text);
  const paths = Object.values(documentIds).map((id) => id.slice(BASE.length).replace(/#.*/, ''));
  return new Set(paths.map((path) => (path === '' || path.endsWith('/') ? `${path}index.html` : path)));
}

/** The names that an entry point exports. All are written out there: `export *` would hide what is public. */
function exportsOf({ name: entry, file }) {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const names = statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause) throw new Error(`${file}: expected each public name, got ${statement.getText()}`);
      return statement.exportClause.elements.map((element) => element.name.text);
    }
    const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const declared = statement.declarationList?.declarations ?? [statement];
    return isExported ? declared.map((it) => it.name.text) : [];
  });
  return names.map((name) => ({ entry, name }));
}

/** Whether the page of an entry point leads to a name: to its own page, or to that of the entry point it comes from. */
function isInReference({ entry, name }, pages) {
  const page = pages.get(`${API}/${entry}/index.html`);
  return page?.links.some((href) => posix.basename(href).replace(/\.html.*$/, '') === name) ?? false;
}
