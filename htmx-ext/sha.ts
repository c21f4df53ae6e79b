// The part for insecure origins, where browsers have no WebCrypto: SHA-256 and HMAC in plain script. A file of its own, loaded only there.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Sha } from './sign.ts';

const sha: Sha<Uint8Array> = {
  digest: (_name, bytes) => sha256(bytes),
  importKey: (_format, key) => key,
  sign: (_name, key, text) => hmac(sha256, key, text),
};

Object.assign(globalThis, { liveviewSha: sha });
