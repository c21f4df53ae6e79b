// Owns what the log may say of an event's fields. What is secret stays so: a log is copied into reports.

import type { Pending } from '../send.ts';

const HIDDEN = '•••';
/** So long a value in a line may be. */
const LONGEST = 30;
/** Controls whose value is nobody's business, also while "show password" has made them text. */
const SECRET = 'input[type=password],[autocomplete*=password],[autocomplete=one-time-code],[autocomplete*=cc-]';
const SECRET_NAME = /^pass$|pass(?:word|wd|phrase|code)|pwd|secret|token|csrf|otp|\bpin\b|cv[cv]/i;

/** The fields of an event, to be opened and for a line. */
export function fieldsOf({ body, form }: Pick<Pending, 'body' | 'form'>): { fields: object; text: string } {
  // what is in a multipart body can't be read in time; what is in the form is said by its names
  if (typeof body !== 'string') {
    const names = form ? [...new Set(new FormData(form).keys())] : [];
    return { fields: { names, bytes: body.size }, text: `${names.join(' ')} (${body.size} B)`.trim() };
  }
  const secret = secretNames();
  const fields: Record<string, string[]> = Object.create(null); // a field may have any name
  for (const [name, value] of new URLSearchParams(body)) {
    const isSecret = secret.has(name) || SECRET_NAME.test(name);
    fields[name] = [...(fields[name] ?? []), isSecret ? HIDDEN : value];
  }
  const text = Object.entries(fields).map(([name, values]) => `${name}=${cut(values.join())}`);
  return { fields, text: text.join(' ') };
}

function secretNames(): ReadonlySet<string> {
  return new Set([...document.querySelectorAll(SECRET)].map((it) => (it as HTMLInputElement).name));
}

function cut(value: string): string {
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
