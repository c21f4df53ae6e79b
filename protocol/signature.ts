// Owns the signed POST: what is signed, and the header fields that say so. Knows no cryptography: callers bring the MAC.
// Source: RFC 9421 (HTTP Message Signatures), RFC 9530 (Digest Fields).

/** A component of a signature: its name as it stands in the signature base, and its value. */
export type SignedComponent = readonly [name: string, value: string];

/** What a signature covers, apart from the components: RFC 9421, section 2.3. */
export interface SignatureParams {
  /** When it was signed, in whole seconds of the server's time. */
  readonly created: number;
  /** The stream whose key signed. */
  readonly keyid: string;
  /** The endpoint it is meant for. */
  readonly tag: string;
}

/** A request as far as it is signed. `digest` is absent for a multipart body, which is streamed. */
export interface SignedRequest {
  readonly method: string;
  /** With its question mark. */
  readonly query: string;
  readonly type: string;
  readonly digest?: string | undefined;
}

/** The label under which the signature stands in both header fields. */
const LABEL = 'lv';

/** The header fields of a signed request. */
export const SIGNATURE_HEADERS = {
  digest: 'content-digest',
  input: 'signature-input',
  signature: 'signature',
} as const;

/** Builds the signature base: RFC 9421, section 2.5. */
export function signatureBase(components: readonly SignedComponent[], params: string): string {
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  return [...lines, `"@signature-params": ${params}`].join('\n');
}

/** Writes the signature parameters: the names of what is covered, then what the signature says of itself. */
export function signatureParams(components: readonly SignedComponent[], params: SignatureParams): string {
  const names = components.map(([name]) => `"${name}"`).join(' ');
  return `(${names});created=${params.created};keyid="${params.keyid}";tag="${params.tag}"`;
}

/**
 * Lists what a live POST signs. Never the authority or the path: proxies rewrite Host and strip prefixes.
 * The endpoint is bound by the `tag` instead.
 */
export function signedComponents(request: SignedRequest): SignedComponent[] {
  const components: SignedComponent[] = [
    ['@method', request.method],
    ['@query', request.query],
  ];
  if (request.digest !== undefined) components.push([SIGNATURE_HEADERS.digest, request.digest]);
  components.push(['content-type', request.type]);
  return components;
}

/** Writes a Content-Digest field: RFC 9530, section 2. `sha256` is base64. */
export function contentDigest(sha256: string): string {
  return `sha-256=:${sha256}:`;
}

/** A signature that waits for its MAC. */
export interface Unsigned {
  /** The HMAC-SHA256 of this, under the stream's key, is the MAC. */
  readonly base: string;
  /** Gives the header fields to add. `mac` is base64. */
  headers(mac: string): Record<string, string>;
}

/** Signs a request, but for the MAC: that may be made elsewhere, and later. */
export function signRequest(request: SignedRequest, params: SignatureParams): Unsigned {
  const components = signedComponents(request);
  const text = signatureParams(components, params);
  return {
    base: signatureBase(components, text),
    headers: (mac) => ({
      'Signature-Input': `${LABEL}=${text}`,
      Signature: `${LABEL}=:${mac}:`,
      ...(request.digest === undefined ? {} : { 'Content-Digest': request.digest }),
    }),
  };
}

/** A signature as it was found in a request's header fields, not yet verified. */
export interface FoundSignature {
  readonly params: SignatureParams;
  /** The signature parameters, letter by letter: they are part of what was signed. */
  readonly text: string;
  /** The MAC, in base64. */
  readonly mac: string;
}

const INPUT =
  /^lv=(\("@method" "@query"(?: "content-digest")? "content-type"\);created=(\d{1,12});keyid="([\w.~-]{1,128})";tag="([a-z]{1,32})")$/;
const SIGNATURE = /^lv=:([A-Za-z0-9+/]{43}=):$/;

/** Reads the two header fields. Anything but the one form that {@link signRequest} writes is no signature. */
export function readSignature(input: string | undefined, signature: string | undefined): FoundSignature | undefined {
  const found = INPUT.exec(input ?? '');
  const mac = SIGNATURE.exec(signature ?? '')?.[1];
  if (!found || mac === undefined) return undefined;
  const [, text = '', created, keyid = '', tag = ''] = found;
  return { params: { created: Number(created), keyid, tag }, text, mac };
}
