// Owns the way around Express: a signed POST needs neither it nor a session lookup, and both cost several times what the POST itself does.

import type { RequestListener } from 'node:http';
import { LiveError } from './errors.ts';
import { type LiveRequest, markAttached, unmarkAttached } from './express.ts';
import type { Logger } from './logger.ts';
import type { Handler } from './router.ts';

/** Answers signed POSTs below `path` with the router, and leaves everything else to the app. What goes wrong has no other place to go than the log. */
export function attach(router: Handler, app: RequestListener, path: string, logger: Logger): RequestListener {
  if (!/^\/[^?#]*[^/?#]$/.test(path))
    throw new LiveError(
      'ERR_LIVE_ATTACH',
      `live.attach(): path must be where live.router is mounted, such as '/live', got '${path}'.`,
    );
  if (typeof app !== 'function')
    throw new LiveError(
      'ERR_LIVE_ATTACH',
      `live.attach(): expected an Express app, got ${typeof app}. Example: createServer(live.attach(app)).`,
    );
  const prefix = `${path}/`;
  return (request, response) => {
    if (request.method !== 'POST' || !request.url?.startsWith(prefix)) return app(request, response);
    const url = request.url;
    request.url = url.slice(path.length);
    markAttached(request);
    router(request as LiveRequest, response, (error) => {
      request.url = url;
      unmarkAttached(request);
      if (!error) return app(request, response);
      logger.error({ err: error }, 'a POST that came past Express failed');
      response.statusCode = 500;
      response.end();
    });
  };
}
