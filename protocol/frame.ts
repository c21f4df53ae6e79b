// Owns the bytes of a Server-Sent-Events frame, both ways. In: a name and JSON text. Out: a frame, and back.
// Source: WHATWG HTML, section 9.2 "Server-sent events".

import type { FrameName } from './names.ts';

/** A frame as it was read: its name, its parsed data, and the stream's count where the frame had one. */
export interface Frame {
  readonly event: FrameName;
  readonly data: unknown;
  readonly id?: string;
}

/**
 * Writes the part of a frame that is the same for every stream.
 * `json` must be the output of `JSON.stringify`: it holds no raw line break, which would end the field.
 */
export function encodeFrame(event: FrameName, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`;
}

/** Puts a stream's own count before a frame, so that the reader can acknowledge it. */
export function numberFrame(count: number, frame: string): string {
  return `id: ${count}\n${frame}`;
}

/**
 * Reads frames out of a complete text, such as the body of an event's answer.
 * A frame that is cut off (no blank line at its end), has no data or holds broken JSON is left out: what is
 * missing shows as a gap between versions, which the reader repairs.
 */
export function parseFrames(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const block of text.replace(/\r\n?/g, '\n').split('\n\n').slice(0, -1)) {
    const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
    const { id, event, data = '' } = Object.fromEntries(fields);
    try {
      frames.push({ event: event as FrameName, data: JSON.parse(data), ...(id === undefined ? {} : { id }) });
    } catch {} // broken JSON
  }
  return frames;
}
