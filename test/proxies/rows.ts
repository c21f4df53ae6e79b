// Owns the list of rows: which proxy, how it is set, which mode it allows, and what it may cost.
import { privoxy, squid, tinyproxy } from './forward.ts';
import { type Habits, startHostile } from './hostile.ts';
import { nginx, nginxTwice } from './nginx.ts';
import { type Ground, type Recipe, startProgram } from './program.ts';
import { apache, caddy, haproxy, lighttpd, varnish } from './reverse.ts';
import { type Mode, NAME } from './visitor.ts';

/** One proxy, set in one way. */
export interface Row {
  readonly name: string;
  /** The program that must be installed, and the Debian package that has it. */
  readonly program?: string;
  readonly package?: string;
  /** The best that it allows. */
  readonly mode: Mode;
  /** The median that a push may take in stream mode. */
  readonly pushLimit: number;
  /** Seconds for which pushes go on, where something happens after a while. */
  readonly seconds: number;
  /** A browser is told of a forward proxy; it comes to a reverse proxy as to the server. */
  readonly isForward: boolean;
  /** The host in the address. A page of a name is no secure context: its browser has fewer features and sends fewer headers. */
  readonly host: string;
  /** Starts it; gives how to stop it. Without it the browser comes to the server itself. */
  start?(ground: Ground): Promise<() => Promise<void>>;
}

const PLAIN = { mode: 'stream', pushLimit: 250, seconds: 0, isForward: false, host: '127.0.0.1' } as const;
const POLL = { mode: 'poll' } as const;
/** HAProxy gathers what it sends for 200 ms, unless it is told not to. */
const GATHERS = { pushLimit: 500 } as const;
const FORWARD = { isForward: true } as const;

/** Gives rows of one program. */
function rowsOf(program: string, packageName = program) {
  return (name: string, recipe: (ground: Ground) => Recipe | Promise<Recipe>, more: Partial<Row> = {}): Row => ({
    ...PLAIN,
    name,
    program,
    package: packageName,
    start: async (ground) => startProgram(await recipe(ground), ground),
    ...more,
  });
}

function hostileRow(name: string, habits: Habits, more: Partial<Row> = {}): Row {
  return {
    ...PLAIN,
    name,
    start: ({ port, behind }) => startHostile(port, behind, habits).then(({ stop }) => stop),
    ...more,
  };
}

const withNginx = rowsOf('nginx', 'nginx-light');
const withHaproxy = rowsOf('haproxy');
const withApache = rowsOf('apache2');
const withCaddy = rowsOf('caddy');
const withVarnish = rowsOf('varnishd', 'varnish');
const withLighttpd = rowsOf('lighttpd');
const withSquid = rowsOf('squid');
const withTinyproxy = rowsOf('tinyproxy');
const withPrivoxy = rowsOf('privoxy');

const GZIP_EVENTS = 'gzip_types text/event-stream;';
const IGNORE = 'proxy_ignore_headers X-Accel-Buffering;';
const COMPRESS = '  compression algo gzip\n  compression type text/html text/event-stream';
const DEFLATE = 'AddOutputFilterByType DEFLATE text/html text/event-stream';
const DO_GZIP = 'sub vcl_backend_response { if (beresp.http.Content-Type ~ "^text/") { set beresp.do_gzip = true; } }';
const UNFILTERED = '{ -filter -deanimate-gifs }\n/live/\n';

export const ROWS: readonly Row[] = [
  { ...PLAIN, name: 'direct' },
  withNginx('nginx', (ground) => nginx(ground)),
  withNginx('nginx, by a name over HTTP', (ground) => nginx(ground), { host: NAME }),
  withNginx('nginx, gzip on event streams', (ground) => nginx(ground, { http: GZIP_EVENTS })),
  withNginx('nginx, proxy_ignore_headers X-Accel-Buffering', (ground) => nginx(ground, { location: IGNORE }), POLL),
  withNginx('nginx, the same with proxy_http_version 1.1', (ground) =>
    nginx(ground, { location: `${IGNORE} proxy_http_version 1.1;` }),
  ),
  withNginx('nginx behind nginx', (ground) => nginxTwice(ground), POLL),
  withNginx('nginx behind nginx, proxy_pass_header X-Accel-Buffering', (ground) =>
    nginxTwice(ground, { inner: 'proxy_pass_header X-Accel-Buffering;' }),
  ),
  withHaproxy('haproxy', (ground) => haproxy(ground), GATHERS),
  withHaproxy('haproxy, compression', (ground) => haproxy(ground, COMPRESS), GATHERS),
  withHaproxy('haproxy, option http-no-delay', (ground) => haproxy(ground, '  option http-no-delay')),
  withApache('apache', (ground) => apache(ground)),
  withApache('apache, mod_deflate on event streams', (ground) => apache(ground, DEFLATE)),
  withCaddy('caddy, encode gzip', (ground) => caddy(ground, 'encode gzip')),
  withVarnish('varnish', (ground) => varnish(ground)),
  withVarnish('varnish, do_gzip', (ground) => varnish(ground, DO_GZIP)),
  withLighttpd('lighttpd', (ground) => lighttpd(ground), POLL),
  withLighttpd('lighttpd, server.stream-response-body = 1', (ground) =>
    lighttpd(ground, 'server.stream-response-body = 1'),
  ),
  withSquid('squid', squid, FORWARD),
  withTinyproxy('tinyproxy', tinyproxy, FORWARD),
  withPrivoxy('privoxy', (ground) => privoxy(ground), { ...FORWARD, ...POLL }),
  withPrivoxy('privoxy, no filters for /live/', (ground) => privoxy(ground, UNFILTERED), FORWARD),
  hostileRow('hostile, strips Upgrade', {}),
  hostileRow('hostile, holds whole answers', { holds: Number.POSITIVE_INFINITY }, POLL),
  hostileRow('hostile, holds 8 KB', { holds: 8192 }, POLL),
  hostileRow('hostile, cuts answers at 10 s', { cutsAt: 10_000 }, { seconds: 12 }),
];
