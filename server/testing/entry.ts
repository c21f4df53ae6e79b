// Owns what a test's page knows of one component on it.

import { ATTRIBUTES } from '../../protocol/names.ts';
import type { Settlement, Update } from '../../protocol/patch.ts';
import type { Element } from './dom.ts';

/** The events of a component, one after the other. */
interface Lane {
  /** The number of the last one. */
  number: number;
  /** The end of the last one. */
  last: Promise<unknown>;
  /** The number of the one that is to settle. */
  awaited: number | undefined;
  /** The last word on one. */
  settled: Settlement | undefined;
}

/** A component's root element. */
export interface Entry {
  root: Element;
  id: string;
  readonly viewer: string;
  epoch: string | undefined;
  version: number;
  state: 'waiting' | 'live' | 'gone';
  /** Why it is gone. */
  reason: string | undefined;
  navigates: boolean;
  /** Updates that came before what they build on. */
  early: Update[];
  readonly lanes: Readonly<Record<'event' | 'upload', Lane>>;
}

/** A component that the page has just found. */
export function createEntry(root: Element, viewer: string): Entry {
  const lane = (): Lane => ({ number: 0, last: Promise.resolve(), awaited: undefined, settled: undefined });
  const start = { epoch: undefined, version: 0, state: 'waiting', reason: undefined, navigates: false } as const;
  const id = root.attribs[ATTRIBUTES.id] as string;
  return { root, id, viewer, ...start, early: [], lanes: { event: lane(), upload: lane() } };
}

/** It can't be live any more. */
export function end(entry: Entry, reason: string): void {
  Object.assign(entry, { state: 'gone', reason });
}
