// What was said, and to whom. A real app would keep it in a database; the topic is what reaches the pages.
import { topic } from 'htmx-liveview';

export const LEVELS = ['info', 'success', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface Notice {
  readonly id: number;
  readonly level: Level;
  readonly text: string;
  /** When, as ISO 8601: what a topic carries is JSON. */
  readonly at: string;
  /** The only one who gets it. Without: everybody does. */
  readonly to?: string;
}

/** Published with each new notice. */
export const noticed = topic<Notice>('notices');
/** Published with whoever has looked at theirs: their other tabs need not call for it any more. */
export const seen = topic<string>('notices seen');

const KEPT = 100;
const notices: Notice[] = [];
/** Up to which notice somebody has looked. */
const lookedAt = new Map<string, number>();
const MOST_OWNERS = 10_000;
let lastId = 0;

export function addNotice(notice: Omit<Notice, 'id' | 'at'>): Notice {
  const added = { ...notice, id: ++lastId, at: new Date().toISOString() };
  notices.push(added);
  if (notices.length > KEPT) notices.shift();
  return added;
}

/** Whether a notice is meant for somebody. */
export function isFor(owner: string, { to }: Notice): boolean {
  return to === undefined || to === owner;
}

/** The last ten for somebody, the newest first, and how many of all are new. */
export function noticesOf(owner: string): { notices: Notice[]; unread: number } {
  const own = notices.filter((notice) => isFor(owner, notice)).reverse();
  const last = lookedAt.get(owner) ?? 0;
  return { notices: own.slice(0, 10), unread: own.filter(({ id }) => id > last).length };
}

export function markSeen(owner: string): void {
  lookedAt.delete(owner);
  lookedAt.set(owner, lastId);
  const [first] = lookedAt.keys(); // who has looked the longest ago
  if (lookedAt.size > MOST_OWNERS && first !== undefined) lookedAt.delete(first);
}
