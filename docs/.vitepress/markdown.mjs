// Owns what the site makes of the docs' Markdown beyond what it is in the repository: links that leave docs/ lead to the pages that show
// their files, and names of the public face lead to the reference.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { API, DOCS, isSearched, isShowable, pageOf, ROOT, SOURCE, targetOf } from './paths.mjs';

/** Pages in which a name in code is not that of the public face. */
const UNLINKED = new RegExp(`^(?:${API}|${SOURCE}|decisions)/|^protocol\\.md$`);

/** The anchor of a heading, as code hosts make it: the same link works here and there. */
export function slugify(title) {
  const text = title.trim().toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

/** The plugin for markdown-it. */
export function repositoryLinks(md) {
  const reference = readReference();
  md.core.ruler.push('repository_links', ({ tokens, env, Token }) => {
    const page = env.relativePath ?? '';
    let known = new Set();
    for (const [at, token] of tokens.entries()) {
      const isHeading = tokens[at - 1]?.type === 'heading_open';
      if (isHeading) known = new Set();
      if (token.type !== 'inline') continue;
      // what stands in code is not Vue's, whatever braces it has
      for (const child of token.children) if (child.type === 'code_inline') child.attrSet('v-pre', '');
      if (page.startsWith(`${API}/`)) token.children = linkPages(token.children, Token);
      else for (const child of token.children) if (child.type === 'link_open') redirect(page, child);
      if (!isHeading && !UNLINKED.test(page)) token.children = linkNames(token.children, reference, known, Token);
    }
  });
}

/** Where a link of the repository leads in the site. */
function redirect(page, token) {
  const found = targetOf(page, token.attrGet('href'));
  // a dead link stays what it is, for the build to find
  if (!found || !isShowable(found.target)) return;
  token.attrSet('href', `/${pageOf(found.target).replace(/(?<=^|\/)index\.md$/, '')}${found.anchor}`);
}

/** The page of each public name; where two entry points have the same, that of the first. */
function readReference() {
  const files = existsSync(join(DOCS, API)) ? readdirSync(join(DOCS, API), { recursive: true }) : [];
  const pages = files.filter((file) => /\/(?:classes|functions|interfaces|type-aliases)\/\w+\.md$/.test(file));
  const entries = pages
    .sort((a, b) => b.length - a.length)
    .map((file) => [/(\w+)\.md$/.exec(file)[1], `/${API}/${file}`]);
  return new Map(entries);
}

/** The first time that a section names something of the public face, that is a link. */
function linkNames(children, reference, known, Token) {
  let depth = 0;
  return children.flatMap((child) => {
    if (child.type === 'link_open') depth++;
    if (child.type === 'link_close') depth--;
    const [, name] = (child.type === 'code_inline' && /^(\w+)(?:\(\))?$/.exec(child.content)) || [];
    const page = reference.get(name);
    if (depth > 0 || !page || known.has(name)) return child;
    known.add(name);
    const open = Object.assign(new Token('link_open', 'a', 1), { attrs: [['href', page]] });
    return [open, child, new Token('link_close', 'a', -1)];
  });
}

/** What the search reads of a page. */
export function renderForSearch(text, env, md) {
  return isSearched(env.relativePath) ? md.render(text, env) : '';
}

/** Docstrings name pages by their files: `docs/cluster.md`. */
function linkPages(children, Token) {
  return children
    .flatMap((child) => {
      if (child.type !== 'text') return child;
      return child.content.split(/\b(docs\/[\w/-]+\.md)\b/).map((content, at) => {
        const text = Object.assign(new Token('text', '', 0), { content });
        if (at % 2 === 0 || !existsSync(join(ROOT, content))) return [text];
        const open = Object.assign(new Token('link_open', 'a', 1), { attrs: [['href', `/${pageOf(content)}`]] });
        return [open, text, new Token('link_close', 'a', -1)];
      });
    })
    .flat();
}
