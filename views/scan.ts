// Owns the reading of HTML's structure: which tags open and close where, and which elements have an id. It is strict: what a
// browser's parser would repair or move is malformed here, so that nobody relies on a structure that the page does not have.
// Source: WHATWG HTML 13.2 (tokenization, tree construction).

/** A tag, as it stands in a text. */
export interface Tag {
  readonly name: string;
  readonly kind: 'open' | 'close' | 'whole';
  /** Where it starts, and where the text goes on after it. An element with raw text inside is one whole tag. */
  readonly start: number;
  readonly end: number;
  /** The element's `id`, or else its `data-id`; undefined where there is none. */
  readonly id: string | undefined;
  /** Where the id's text starts. */
  readonly idAt: number;
}

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** Elements with text inside that is no markup. */
const RAW = new Set('script style textarea title xmp iframe noembed noframes noscript template'.split(' '));
const ODD = new Set('html head body frame frameset plaintext image isindex'.split(' '));

const ATTRIBUTE = /[\s/]*(\0|[^\s/>=\0]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'=<`]+)))?/y;
const TAG_END = /\s*(\/?)>/y;
const CLOSE = /<\/([a-zA-Z][^\s/>]*)\s*>/y;
const NAME = /<([a-zA-Z][^\s/>\0]*)/y;

/** Thrown, and caught, inside views: the text is not as strict as it would have to be. */
export class Malformed extends Error {}

/** Says what an attribute is called that stands for a hole in a template. */
export type HoleName = (place: number) => string | undefined;

/** Reads tags one after the other. */
export class Scanner {
  readonly text: string;
  at: number;
  readonly #open: string[];
  readonly #floor: number;
  readonly #holeName: HoleName | undefined;

  /** @param open the elements that are open where the text begins, outermost first. */
  constructor(text: string, at = 0, open: readonly string[] = [], holeName?: HoleName) {
    this.text = text;
    this.at = at;
    this.#open = [...open];
    this.#floor = open.length;
    this.#holeName = holeName;
  }

  /** The elements that are open here, outermost first. */
  get open(): readonly string[] {
    return this.#open;
  }

  /** Goes to the next `<` that begins a tag, and gives its place; -1 at the end. Comments are passed over. */
  seek(): number {
    for (;;) {
      const start = this.text.indexOf('<', this.at);
      this.#checkText(start < 0 ? this.text.length : start);
      if (start < 0) return -1;
      const next = this.text.charCodeAt(start + 1) | 32;
      if (next >= 97 && next <= 122) return start;
      if (this.text[start + 1] === '/') return start;
      if (this.text[start + 1] === '!') this.#comment(start);
      else if (this.text[start + 1] === '?') throw new Malformed();
      else this.at = start + 1;
    }
  }

  /** Reads the tag at `start`, which {@link seek} gave. Throws Malformed. */
  tag(start: number): Tag {
    this.at = start;
    return this.text[start + 1] === '/' ? this.#close(start) : this.#start(start);
  }

  /** Text in a table is moved out of it; a hole is not text yet. */
  #checkText(end: number): void {
    if (isTextMisplaced(this.#open) && /[^\t\n\f\r \0]/.test(this.text.slice(this.at, end))) throw new Malformed();
  }

  /** Passes over the rest of the element that was opened last: it ends at `end`. */
  leave(end: number): void {
    this.#open.pop();
    this.at = end;
  }

  #comment(start: number): void {
    const end = this.text.indexOf('-->', start + 4);
    const inside = this.text.slice(start + 4, end);
    if (!this.text.startsWith('<!--', start) || end < 0 || /^-?>|--!>|<!--/.test(inside)) throw new Malformed();
    this.at = end + 3;
  }

  #close(start: number): Tag {
    const name = this.#match(CLOSE)[1]?.toLowerCase() ?? '';
    // what was open before the text began is not the text's to close
    if (this.#open.length <= this.#floor || this.#open.pop() !== name) throw new Malformed();
    return { name, kind: 'close', start, end: this.at, id: undefined, idAt: -1 };
  }

  #start(start: number): Tag {
    const name = this.#match(NAME)[1]?.toLowerCase() ?? '';
    if (ODD.has(name) || isMisplaced(this.#open, name)) throw new Malformed();
    const { id, idAt } = this.#attributes();
    const isClosed = this.#match(TAG_END)[1] === '/';
    const isForeign = name === 'svg' || name === 'math' || isInForeign([...this.#open, name]);
    if (VOID.has(name) || (isClosed && isForeign)) return { name, kind: 'whole', start, end: this.at, id, idAt };
    if (isClosed) throw new Malformed();
    if (RAW.has(name)) {
      this.#raw(name, isForeign);
      return { name, kind: 'whole', start, end: this.at, id, idAt };
    }
    this.#open.push(name);
    return { name, kind: 'open', start, end: this.at, id, idAt };
  }

  /** Reads all attributes; gives the id. Of an attribute that is there twice, the first counts. */
  #attributes(): { id: string | undefined; idAt: number } {
    let own: { id: string; idAt: number } | undefined;
    let data: { id: string; idAt: number } | undefined;
    for (;;) {
      TAG_END.lastIndex = this.at;
      if (TAG_END.test(this.text)) break;
      const start = this.at;
      const [, name = '', double, single, bare] = this.#match(ATTRIBUTE);
      const hole = name.includes('\0') ? this.text.indexOf('\0', start) : -1;
      const known = hole < 0 ? name.toLowerCase() : this.#holeName?.(hole);
      const id = hole < 0 ? (double ?? single ?? bare ?? '') : '\0';
      const idAt = hole < 0 ? this.at - id.length - (bare === undefined ? 1 : 0) : hole;
      if (known === 'id') own ??= { id, idAt };
      else if (known === 'data-id') data ??= { id, idAt };
    }
    return own ?? data ?? { id: undefined, idAt: -1 };
  }

  #raw(name: string, isForeign: boolean): void {
    const end = new RegExp(`</${name}\\s*>`, 'gi');
    end.lastIndex = this.at;
    const found = end.exec(this.text);
    if (!found) throw new Malformed();
    if (
      (isForeign || name === 'template' || name === 'script') &&
      /<(?:template|!--|\w)/.test(this.text.slice(this.at, found.index))
    ) {
      throw new Malformed();
    }
    this.at = found.index + found[0].length;
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) throw new Malformed();
    this.at = pattern.lastIndex;
    return found;
  }
}

function isInForeign(open: readonly string[]): boolean {
  const at = open.findLastIndex((name) => /^(?:svg|math|foreignobject|desc|title|annotation-xml)$/.test(name));
  // a template that begins with a part of an SVG picture is meant to stand in one
  return at < 0 ? SVG.has(open[0] ?? '') : open[at] === 'svg' || open[at] === 'math';
}

/** Elements that are only in SVG. */
const SVG = new Set(
  (
    'circle ellipse line path polygon polyline rect use g text tspan textpath defs lineargradient radialgradient stop clippath mask ' +
    'pattern marker symbol filter animate animatetransform animatemotion mpath set view switch'
  ).split(' '),
);

// --- What a parser would not leave where it stands -----------------------------------------------------------------

const CLOSES_P = new Set(
  (
    'address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hgroup hr li listing main menu nav ol p pre search section summary table ul xmp'
  ).split(' '),
);
const SCOPE = new Set(
  'button table td th caption select svg math foreignobject object template marquee applet'.split(' '),
);
/** The only parents under which a parser leaves these. */
const PARENTS: Record<string, readonly string[]> = {
  tr: ['tbody', 'thead', 'tfoot', 'table'],
  td: ['tr'],
  th: ['tr'],
  tbody: ['table'],
  thead: ['table'],
  tfoot: ['table'],
  caption: ['table'],
  colgroup: ['table'],
  col: ['colgroup', 'table'],
};
const TABLE_PARTS = new Set(['table', 'tbody', 'thead', 'tfoot', 'tr', 'colgroup']);
/** A start tag of these closes an open one of the same group, unless one of the others stands between. */
const GROUPS: readonly (readonly [group: ReadonlySet<string>, between: ReadonlySet<string>])[] = [
  [new Set(['li']), new Set(['ul', 'ol', 'menu', 'dir', ...SCOPE])],
  [new Set(['dd', 'dt']), new Set(['dl', ...SCOPE])],
  [new Set(['option', 'optgroup']), new Set(['select', 'datalist', 'optgroup', ...SCOPE])],
  [new Set(['a']), new Set(['td', 'th', 'caption', 'foreignobject', 'object', 'template'])],
  [new Set(['nobr']), SCOPE],
  [new Set(['button']), new Set(['td', 'th', 'caption', 'foreignobject', 'object'])],
  [new Set(['form']), new Set()],
  [new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']), new Set()],
  [new Set(['rb', 'rt', 'rtc', 'rp']), new Set(['ruby'])],
];

/** Whether a browser's parser would move an element with this name out of the elements that are open, or close one of them. */
export function isMisplaced(open: readonly string[], name: string): boolean {
  const parent = open.at(-1);
  if (parent === undefined || isInForeign(open)) return false;
  if (SVG.has(name)) return true;
  if (PARENTS[name] && !PARENTS[name].includes(parent)) return true;
  if (TABLE_PARTS.has(parent) && !PARENTS[name]?.includes(parent) && !/^(?:script|template|style)$/.test(name))
    return true;
  if (parent === 'select' && !/^(?:option|optgroup|hr)$/.test(name)) return true;
  if (CLOSES_P.has(name) && isOpen(open, 'p', SCOPE)) return true;
  return GROUPS.some(([group, between]) => group.has(name) && [...group].some((other) => isOpen(open, other, between)));
}

function isOpen(open: readonly string[], name: string, between: ReadonlySet<string>): boolean {
  for (let at = open.length - 1; at >= 0; at--) {
    if (open[at] === name) return true;
    if (between.has(open[at] as string)) return false;
  }
  return false;
}

/** Whether text that is not only white space would be moved out of where it stands. */
export function isTextMisplaced(open: readonly string[]): boolean {
  return TABLE_PARTS.has(open.at(-1) ?? '');
}

/** An id that can stand in a patch as it stands in the text. */
export function isPlainId(id: string): boolean {
  return /^[^\s"'&<>\0]+$/.test(id);
}
