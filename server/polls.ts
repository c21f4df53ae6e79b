// Owns the polls of a stream, at the node that holds it.

import { accept, type Result, refuse } from './errors.ts';
import { type Poller, PollPipe } from './pipe.ts';
import { acknowledge, type PostParts } from './posts.ts';

/** A poll for a stream's frames. */
export interface Poll {
  readonly streamId: string;
  /** The express-session that asks. */
  readonly sessionId: string;
  readonly params: URLSearchParams;
}

/** Hands a poll to its stream, which answers it in its time; or to the last frames of one that has ended. */
export function takePoll(
  { settings, registry }: PostParts,
  { streamId, sessionId, params }: Poll,
  poller: () => Poller,
): Result<undefined> {
  const words = registry.takeWords(streamId, sessionId);
  const stream = registry.streams.get(streamId);
  if (!words && (!(stream?.pipe instanceof PollPipe) || stream.sessionId !== sessionId))
    return refuse('stream', 'no such stream to poll');
  if (stream && !stream.bucket.take(settings.limits, settings.clock)) return refuse('limit', 'too many polls');
  if (stream) acknowledge(stream, params);
  (words ?? (stream?.pipe as PollPipe | undefined))?.poll(poller());
  return accept(undefined);
}
