// Owns the question who may see the inspector. It is asked for every request, and whatever is not a clear yes is a no.

import type { Request } from 'express';
import { accept, type Result, refuse } from '../errors.ts';
import type { LiveRequest } from '../express.ts';
import type { Settings } from '../settings.ts';
import type { InspectorSettings } from './option.ts';

const CURE =
  'in production the inspector needs to know who may see it: liveview({ inspector: { authorize: (req) => req.user?.isAdmin === true } })';

/** Lets a request in, or refuses it. What `authorize` throws is in the log. */
export async function admit(
  { authorize }: InspectorSettings,
  { logger }: Settings,
  request: LiveRequest,
): Promise<Result<void>> {
  if (!authorize) return process.env.NODE_ENV === 'production' ? refuse('forbidden', CURE) : accept(undefined);
  try {
    const said: unknown = await authorize(request as unknown as Request);
    if (said === true) return accept(undefined);
    return refuse('forbidden', `the inspector is not for this request: authorize() said ${say(said)}, not true`);
  } catch (err) {
    logger.error({ err }, 'inspector.authorize() threw, so nobody gets in');
    return refuse('forbidden', 'inspector.authorize() threw');
  }
}

function say(said: unknown): string {
  return typeof said === 'boolean' ? String(said) : `a value of type ${typeof said}`;
}
