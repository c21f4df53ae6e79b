// Owns the way of a test's events to the server: each after the one before it, with its number, until it has settled.

import { writeEventQuery } from '../../protocol/event.ts';
import { parseFrames } from '../../protocol/frame.ts';
import { ENDPOINTS, MEDIA } from '../../protocol/names.ts';
import type { Entry } from './entry.ts';
import type { LinkAnswer } from './link.ts';
import type { Page } from './page.ts';

/** An event on its way. */
export interface Sent {
  readonly entry: Entry;
  readonly name: string;
  readonly field?: string | undefined;
  readonly body: Buffer;
  /** Of a multipart body. */
  readonly type?: string | undefined;
}

/** The server did not take an event. */
export class Refused extends Error {}

/** How often an event that the server could not place is sent again. */
const TRIES = 3;
/** Answers of a server that can't place an event: its instance, or its stream, is not there any more, or its number was taken. */
const MISPLACED = new Set([401, 404, 409]);

/** Sends an event, after those before it; gives the HTTP status with which it ended. */
export function send(page: Page, sent: Sent): Promise<number> {
  const lane = laneOf(sent);
  const ending = lane.last.then(() => deliver(page, sent));
  lane.last = ending.catch(() => {});
  return ending;
}

function laneOf({ entry, type }: Sent): Entry['lanes']['event'] {
  return entry.lanes[type === undefined ? 'event' : 'upload'];
}

async function deliver(page: Page, sent: Sent): Promise<number> {
  const { entry, type, name, field, body } = sent;
  for (let tries = 1; ; tries++) {
    await page.until(() => entry.state === 'gone' || (entry.state === 'live' && page.hello !== undefined));
    if (entry.state === 'gone') throw new Refused(`the component is not live any more: ${entry.reason}`);
    const lane = laneOf(sent);
    const number = ++lane.number;
    lane.awaited = number;
    lane.settled = undefined;
    const { id, viewer, version, epoch = '' } = entry;
    const query = writeEventQuery({ id, viewer, name, number, epoch, version, field });
    const answer = await page.post(ENDPOINTS.event, query, body, type);
    if (!MISPLACED.has(answer.status) || tries === TRIES) return ending(page, sent, answer);
    await page.refresh(entry);
  }
}

async function ending(page: Page, sent: Sent, { status, type, text }: LinkAnswer): Promise<number> {
  const lane = laneOf(sent);
  const frames = type.startsWith(MEDIA.frames) ? parseFrames(text) : [];
  for (const { event, data } of frames) page.take(event, data);
  if (status >= 400 && status !== 422 && status !== 500) throw new Refused(`the server refused it: ${status}`);
  if (status === 202) await page.until(() => lane.settled !== undefined || sent.entry.state === 'gone');
  lane.awaited = undefined;
  return lane.settled?.status ?? (status === 204 ? 200 : status);
}
