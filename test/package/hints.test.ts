// What editors are told: it is what the extension does, and an editor that is set up by docs/editors.md shows it.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { getLanguageService, newHTMLDataProvider, TextDocument } from 'vscode-html-languageservice';

interface Named {
  readonly name: string;
  readonly description: string;
}

const root = join(import.meta.dirname, '../..');
const { folder } = inject('packed');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const webTypes = JSON.parse(readFileSync(join(folder, 'dist/web-types.json'), 'utf8'));
const { html, css, js }: { html: { attributes: Named[] }; css: { classes: Named[] }; js: { events: Named[] } } =
  webTypes.contributions;
const htmlData = JSON.parse(readFileSync(join(folder, 'dist/liveview.html-data.json'), 'utf8'));

const extension = readdirSync(join(root, 'htmx-ext'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(`htmx-ext/${file}`));
const namesOf = (items: readonly Named[]) => items.map(({ name }) => name).sort();
/** What a pattern's first group finds in the extension, each once. */
const found = (pattern: RegExp) =>
  [...new Set(extension.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))].sort();

test('the attributes are those that the extension reads, in both spellings', () => {
  const reads = found(/\b(?:attributeOf|having)\([^)]*?'((?:lv-|hx-ext)[\w-]*)'/g);
  expect(reads).toContain('lv-event');
  const both = reads.flatMap((name) => [name, `data-${name}`]).sort();
  expect(namesOf(html.attributes)).toEqual(both);
  expect(namesOf(htmlData.globalAttributes)).toEqual(both);
  // none is read in another way, which would escape this test
  expect(found(/(?:Attribute\('|\[)(?:data-)?(lv-[\w-]+)/g)).toEqual([]);
});

test('the events are those that the extension dispatches, each with the type of its detail', () => {
  const typed = [...read('htmx-ext/public.ts').matchAll(/^ {2}'(liveview:[\w-]+)':/gm)].map(([, name]) => name).sort();
  expect(namesOf(js.events)).toEqual(typed);
  const dispatched = found(/\bdispatch\([\w.]+, '(liveview:[\w-]+)'/g);
  const ofConnection = found(/readonly name: '(\w+)'/g).filter((name) => name !== 'closed');
  expect([...dispatched, ...ofConnection.map((name) => `liveview:${name}`)].sort()).toEqual(typed);
});

test('the classes are those that the extension writes', () => {
  const [states = ''] = found(/const STATES = \[([^\]]+)\]/g);
  const classes = [...states.matchAll(/'(\w+)'/g)].map(([, name]) => `lv-${name}`);
  expect(namesOf(css.classes)).toEqual([...classes, ...found(/className = '(lv-[\w-]+)'/g)].sort());
});

test('both say the same of each attribute', () => {
  const words = (items: readonly { name: string; description: unknown }[]) =>
    items.map(({ name, description }) => [name, (description as { value?: string }).value ?? description]);
  expect(words(htmlData.globalAttributes)).toEqual(words(html.attributes));
});

test('web-types have what JetBrains’ schema requires, and package.json leads to them', () => {
  const { name, version, 'web-types': path } = JSON.parse(read('package.json'));
  expect(webTypes).toMatchObject({ name, version, 'description-markup': 'markdown' });
  expect(path).toBe('./dist/web-types.json');
  for (const item of [...html.attributes, ...css.classes, ...js.events]) {
    expect(item.name).toMatch(/^[a-z][\w:-]+$/);
    expect(item.description).toMatch(/^[A-Z].{20,}\.$/s);
  }
  for (const { value } of html.attributes as { value?: object }[]) expect(value).toMatchObject({ kind: 'plain' });
});

// --- In VS Code, by the service that its editor of HTML consists of ------------------------------------------------------

const service = getLanguageService({
  useDefaultDataProvider: false,
  customDataProviders: [newHTMLDataProvider('liveview', htmlData)],
});

/** What the editor offers, or says, where | is. */
function at(text: string) {
  const offset = text.indexOf('|');
  const document = TextDocument.create('file:///page.html', 'html', 1, text.replace('|', ''));
  const page = service.parseHTMLDocument(document);
  const position = document.positionAt(offset);
  return {
    offered: service.doComplete(document, position, page).items.map(({ label }) => label),
    said: JSON.stringify(service.doHover(document, position, page)?.contents ?? ''),
  };
}

test('VS Code completes the attributes, and the value of hx-ext', () => {
  expect(at('<button |></button>').offered).toEqual(
    expect.arrayContaining(['lv-event', 'data-lv-event', 'lv-recover']),
  );
  expect(at('<body hx-ext="|">').offered).toEqual(expect.arrayContaining(['liveview', 'ignore:liveview']));
});

test('VS Code explains an attribute under the pointer', () => {
  expect(at('<button lv-ev|ent="add"></button>').said).toContain('static events');
  expect(at('<body data-hx-e|xt="liveview"></body>').said).toContain('live components');
  expect(at('<button hx-po|st="/x"></button>').said).toBe('""');
});

test('the document says where the file is', () => {
  const [, setting = ''] = /```json\n(\{[^`]*html\.customData[^`]*)```/.exec(read('docs/editors.md')) ?? [];
  const paths: string[] = JSON.parse(setting)['html.customData'];
  expect(paths).toEqual(['./node_modules/htmx-liveview/dist/liveview.html-data.json']);
  // as an installed package, which is found by its name
  const require = createRequire(import.meta.url);
  expect(require.resolve('htmx-liveview/liveview.html-data.json')).toBe(join(root, 'dist/liveview.html-data.json'));
});
