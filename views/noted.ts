// Owns the note of which texts were made of Html while a component renders: in a hole of a template such a text would be escaped, and show its tags.

/** So many are kept: of a list that was joined, the first will do. */
const MOST = 100;

let texts: Set<string> | undefined;

/** Does `work`, and gives what it made with the texts that were made of Html meanwhile. */
export function noting<T>(work: () => T): { readonly made: T; readonly texts: ReadonlySet<string> } {
  const before = texts;
  const mine = new Set<string>();
  texts = mine;
  try {
    return { made: work(), texts: mine };
  } finally {
    texts = before;
  }
}

/** Notes a text that has tags, where anybody wants to know. */
export function note(text: string): string {
  if (texts !== undefined && texts.size < MOST && text.includes('<')) texts.add(text);
  return text;
}
