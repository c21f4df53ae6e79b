// A thousand rivers that are on no map, the same at every start. A real app would ask a database, which sorts and counts as well.

export interface River {
  readonly id: number;
  readonly name: string;
  readonly region: string;
  readonly length: number;
  readonly flow: number;
}

export type Column = 'name' | 'region' | 'length' | 'flow';

/** What to show of all rivers. */
export interface Query {
  readonly text: string;
  readonly sort: Column;
  readonly descending: boolean;
}

const STARTS = 'Ald Bren Cal Dor Elm Fen Gar Hol Ister Kel Lun Mor Nar Ost Per Quil Ros Sel Tam Vel'.split(' ');
const ENDS = 'a avon beck burn e er ia in ley mere na or rith us wash'.split(' ');
const REGIONS = ['North', 'East', 'South', 'West', 'Islands'];

/** A number below `most` that looks like chance. */
function mixed(seed: number, most: number): number {
  const once = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d);
  return ((once ^ (once >>> 12)) >>> 0) % most;
}

const pick = (list: readonly string[], seed: number) => list[mixed(seed, list.length)] as string;

export const rivers: readonly River[] = Array.from({ length: 1000 }, (_, at) => ({
  id: at + 1,
  name: `${pick(STARTS, at + 1)}${pick(ENDS, at * 7 + 3)}${at % 3 === 0 ? ' Water' : ''}`,
  region: pick(REGIONS, at * 13 + 5),
  length: 5 + mixed(at * 31 + 11, 900),
  flow: 1 + mixed(at * 17 + 7, 4000),
}));

/** The rivers whose name or region has the text in it, in order. Equal ones keep theirs. */
export function findRivers({ text, sort, descending }: Query): River[] {
  const wanted = text.toLowerCase();
  const found = rivers.filter(({ name, region }) => `${name} ${region}`.toLowerCase().includes(wanted));
  const compare = (a: River, b: River) =>
    sort === 'name' || sort === 'region' ? a[sort].localeCompare(b[sort]) : a[sort] - b[sort];
  return found.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
}
