// Owns the signed POST of the load generator, written after docs/protocol.md.
import { createHash, createHmac } from 'node:crypto';

const EMPTY = digest('');
const COVERED = '("@method" "@query" "content-digest" "content-type")';

function digest(body) {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** The header lines of a signed POST. `tag` is its endpoint, `query` has its question mark. */
export function sign({ stream, key }, tag, query, body) {
  const type = `application/vnd.liveview+${tag === 'event' ? 'form' : 'json'}`;
  const content = body === '' ? EMPTY : digest(body);
  const params = `${COVERED};created=${Math.floor(Date.now() / 1000)};keyid="${stream}";tag="${tag}"`;
  const base = `"@method": POST\n"@query": ${query}\n"content-digest": ${content}\n"content-type": ${type}\n"@signature-params": ${params}`;
  const mac = createHmac('sha256', key).update(base).digest('base64');
  return `Content-Type: ${type}\r\nContent-Digest: ${content}\r\nSignature-Input: lv=${params}\r\nSignature: lv=:${mac}:\r\n`;
}
