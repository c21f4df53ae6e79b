// Owns where everything is: which page of the site shows which file of the repository. In: a link as it stands in Markdown. Out: a path of the site.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

export const DOCS = join(import.meta.dirname, '..');
export const ROOT = join(DOCS, '..');
/** Pages made from docstrings, and pages that show files from outside of docs/. Both are made anew by each build. */
export const API = 'api';
export const SOURCE = 'source';

/** Folders that hold no page of ours. */
const FOREIGN = /^(?:node_modules|public|images|\..+)$/;

/** Whether the search finds a page. Code, and the README, of which other pages say more, would only be in the way. */
export function isSearched(page) {
  return !page.startsWith(`${SOURCE}/`) || /^\w+\/(?:SECURITY|CHANGELOG)\.\w+$/.test(page);
}

/** Whether a file or folder in docs/ belongs to the documentation as it is written. */
export function isWritten(path) {
  const [first] = path.split('/');
  return first !== API && first !== SOURCE && !path.split('/').some((name) => FOREIGN.test(name));
}

/** The file of the repository that a page of the site shows. */
function originOf(page) {
  return page.startsWith(`${SOURCE}/`) ? page.slice(SOURCE.length + 1) : `docs/${page}`;
}

/** Splits a link within the repository into the file that it names and its `#anchor`; undefined for any other link. */
export function targetOf(page, href) {
  const [, path, anchor = ''] = /^([^#?]*)(#.*)?$/.exec(href) ?? [];
  if (!path || /^(?:[a-z][a-z+.-]*:|\/)/i.test(href)) return undefined;
  const target = posix.join(posix.dirname(originOf(page)), decodeURI(path)).replace(/\/$/, '');
  return { target, anchor };
}

export function isFolder(target) {
  return existsSync(join(ROOT, target)) && statSync(join(ROOT, target)).isDirectory();
}

/** Whether a page can show it: a folder, or a text. */
export function isShowable(target) {
  return existsSync(join(ROOT, target)) && (isFolder(target) || !readFileSync(join(ROOT, target)).includes(0));
}

/** The page, below the site's root and with its `.md`, that shows a file or folder of the repository. */
export function pageOf(target) {
  if (isFolder(target)) {
    const written = relative('docs', target);
    const isPage = target === 'docs' || (target.startsWith('docs/') && existsSync(join(ROOT, target, 'index.md')));
    return isPage ? posix.join(written, 'index.md') : `${SOURCE}/${target}/index.md`;
  }
  if (target.startsWith('docs/') && target.endsWith('.md')) return target.slice('docs/'.length);
  return target.endsWith('.md') ? `${SOURCE}/${target}` : `${SOURCE}/${target}.md`;
}

/** The folder of a page, as the sidebar has it. */
export function folderOf(page) {
  const folder = dirname(page);
  return folder === '.' ? '' : folder;
}
