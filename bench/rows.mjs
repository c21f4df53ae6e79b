// Owns the rows of the fixture, for servers that do not know this project.

/** The state of a table. */
export function makeRows(count) {
  return Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `item ${at + 1}`, n: 42, state: 'open' }));
}
