// Owns what is said when Redis can't be used: what was expected, what came, and what to do.

import { LiveError } from './errors.ts';

/** The oldest server that will do, as major and minor. */
const OLDEST = [6, 2] as const;

/** What Redis says of itself. */
export interface RedisServer {
  readonly version: string;
  readonly role: string;
}

/** Where Redis is, for a message; without its password. */
export interface RedisPlace {
  readonly address: string;
  readonly user: string;
  readonly channel: string;
}

/** Throws for a server that is too old, or does not carry messages to all. */
export function checkServer({ version, role }: RedisServer, { address }: RedisPlace): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) throw tooOld(address, version);
  if (role === 'master') return;
  throw new LiveError(
    'ERR_LIVE_REDIS_REPLICA',
    `redisBackplane(): expected a primary that can be written to, got a ${role} at ${address}. Connect to its primary.`,
  );
}

/** Says in our words why a connection failed. */
export function explain(error: unknown, place: RedisPlace): LiveError {
  if (error instanceof LiveError) return error;
  const { address, user, channel } = place;
  const said = error instanceof Error ? error.message || error.name : String(error);
  if (/unknown command|NOPROTO/i.test(said)) return tooOld(address, `one that says: ${said}`);
  if (/^NOPERM/.test(said))
    return new LiveError(
      'ERR_LIVE_REDIS_PERMISSION',
      `redisBackplane(): the user '${user}' at ${address} lacks a permission: ${said}. Give it: ACL SETUSER ${user} +@connection +publish +subscribe +pubsub +get +getrange +set +del +exists +pexpire +eval ~${channel}:* &${channel} &${channel}:*.`,
    );
  if (/^(?:WRONGPASS|NOAUTH)|\bAUTH\b|invalid password/.test(said))
    return new LiveError(
      'ERR_LIVE_REDIS_AUTH',
      `redisBackplane(): expected to be let in as '${user}' at ${address}, got: ${said}. Give user and password: redis://user:password@host:port.`,
    );
  return new LiveError(
    'ERR_LIVE_REDIS_CONNECT',
    `redisBackplane(): expected Redis at ${address}, got: ${said}. Start it, or correct the address.`,
  );
}

function tooOld(address: string, found: string): LiveError {
  return new LiveError(
    'ERR_LIVE_REDIS_VERSION',
    `redisBackplane(): expected Redis ${OLDEST.join('.')} or later at ${address}, got ${found}. Update it.`,
  );
}
