// Owns what an event sends: the fields that htmx gathers for an element, and their encoding.

import type { CheerioAPI } from 'cheerio';
import { systemClock } from '../clock.ts';
import type { Controls, FormEntry } from './controls.ts';
import { sendsFiles } from './controls.ts';
import { all, around, attributeOf, describe, type Element, inherited, isButton, isControl, refused } from './dom.ts';
import type { DomEvent } from './triggers.ts';

/** The body of an event. */
export interface Encoded {
  readonly body: Buffer;
  /** Of a multipart body. */
  readonly type?: string;
}

/** What an element sends, in htmx's order: its own value and what hx-include names, its form and its button, hx-vals, a CustomEvent's details. */
export function gather($: CheerioAPI, controls: Controls, element: Element, event: DomEvent): FormEntry[] {
  const form = element.name === 'form' ? element : controls.formOf(element);
  const submitter = event.type === 'submit' ? event.submitter : isButton(element) ? element : undefined;
  const included = includedBy($, element).flatMap((one) => (one === form ? [] : entriesIn(controls, one)));
  const own = isControl(element) && !isButton(element) && !form ? controls.entriesOf(element) : [];
  const ofForm = [...(form ? controls.entries(form) : []), ...(submitter ? controls.entriesOf(submitter) : [])];
  // htmx: what a form says goes before the rest, and hx-vals before that
  const said = override(override([...own, ...included], ofForm), [...detailsOf(event), ...valuesOf(element)]);
  return filter(said, inherited(element, 'hx-params') ?? '*');
}

/** What hx-params lets through. */
function filter(entries: FormEntry[], params: string): FormEntry[] {
  const [, not, list = ''] = /^(not )?(.*)$/s.exec(params.trim()) ?? [];
  const names = new Set(list.split(',').map((name) => name.trim()));
  if (params === '*') return entries;
  if (params === 'none') return [];
  return entries.filter(([name]) => names.has(name) !== (not !== undefined));
}

function entriesIn(controls: Controls, element: Element): FormEntry[] {
  if (element.name === 'form') return controls.entries(element);
  return isControl(element)
    ? controls.entriesOf(element)
    : controls.of(element).flatMap((it) => (isButton(it) ? [] : controls.entriesOf(it)));
}

/** The later entries take the place of earlier ones of the same name. */
function override(entries: readonly FormEntry[], over: readonly FormEntry[]): FormEntry[] {
  const names = new Set(over.map(([name]) => name));
  return [...entries.filter(([name]) => !names.has(name)), ...over];
}

function includedBy($: CheerioAPI, element: Element): Element[] {
  const said = inherited(element, 'hx-include');
  if (said === undefined) return [];
  const [word = '', ...rest] = said.trim().split(/\s+/);
  const selector = rest.join(' ');
  if (said === 'this') return [element];
  if (word === 'closest') return $(element).closest(selector).toArray() as Element[];
  if (word === 'find') return $(element).find(selector).toArray();
  if (word === 'next' || word === 'previous' || word === 'inherit,')
    throw refused(`hx-include="${said}"`, `the test kit knows CSS selectors, this, closest and find`);
  return all($, said);
}

/** What hx-vals says, here and around: the nearest counts. */
function valuesOf(element: Element): FormEntry[] {
  const values: Record<string, unknown> = {};
  for (const one of around(element)) {
    const said = (attributeOf(one, 'hx-vals') ?? attributeOf(one, 'hx-vals:inherited'))?.trim();
    if (!said) continue;
    if (said === 'unset') break;
    if (/^(?:js|javascript):/.test(said))
      throw refused(`hx-vals="${said}"`, 'is JavaScript, which the test kit does not run');
    for (const [name, value] of Object.entries(readJson(said, one))) values[name] ??= value;
  }
  return Object.entries(values).flatMap(([name, value]) => [value].flat().map((it): FormEntry => [name, String(it)]));
}

function readJson(text: string, element: Element): Record<string, unknown> {
  try {
    return JSON.parse(text.startsWith('{') ? text : `{${text}}`);
  } catch {
    throw refused(`hx-vals="${text}"`, `is no JSON, on ${describe(element)}`);
  }
}

/** A CustomEvent's texts, numbers and booleans are fields. */
function detailsOf({ detail }: DomEvent): FormEntry[] {
  if (typeof detail !== 'object' || detail === null) return [];
  const plain = Object.entries(detail).filter(([, value]) => /^(?:string|number|boolean)$/.test(typeof value));
  return plain.map(([name, value]) => [name, String(value)]);
}

/** Encodes entries as the extension does: multipart where there are files, and the element asks for it. */
export function encode(
  entries: readonly FormEntry[],
  element: Element,
  form: Element | undefined,
): Promise<Encoded> | Encoded {
  const file = entries.find(([, value]) => value instanceof File);
  if (!file) return { body: Buffer.from(String(new URLSearchParams(entries as [string, string][]))) };
  if (!sendsFiles(element, form))
    throw refused(
      describe(element),
      `a browser would send only the name of the file in "${file[0]}". Add hx-encoding="multipart/form-data".`,
    );
  return multipart(entries);
}

/** RFC 7578. */
async function multipart(entries: readonly FormEntry[]): Promise<Encoded> {
  const boundary = `liveview${systemClock.id()}`;
  const parts = entries.flatMap(([name, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`;
    if (typeof value === 'string') return [`${head}\r\n\r\n${value}\r\n`];
    const type = value.type || 'application/octet-stream';
    return [`${head}; filename="${quote(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n'];
  });
  const body = Buffer.from(await new Blob([...parts, `--${boundary}--\r\n`]).arrayBuffer());
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

/** As WHATWG HTML, section 4.10.21.8, has names escaped. */
function quote(name: string): string {
  return name.replace(/\r?\n|\r/g, '%0D%0A').replace(/"/g, '%22');
}
