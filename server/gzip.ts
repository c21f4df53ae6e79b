// Owns the compression of a stream: frames in, the bytes of one gzip member out (RFC 1952). Each frame can be read as soon as it has come.
// zlib's own streams keep an encoder for each reader, of 90 to 540 KB. Here only the text that was sent last is kept: an encoder is made for a frame, takes
// that text as what its reader knows already, and is thrown away (docs/decisions/009-lean-streams.md).

import { constants, crc32, deflateRawSync } from 'node:zlib';

/** How many bytes a frame may refer to: a few small frames, each of which is much like the one before. */
const HISTORY = 1024;
/** A frame of its own has a window of 8 KB, and ends on a byte, where all of it can be read. */
const OPTIONS = { level: 6, windowBits: 13, memLevel: 6, finishFlush: constants.Z_SYNC_FLUSH };
/** Deflate, no name, no time, made by whatever. */
const HEAD = Buffer.from('1f8b08000000000000ff', 'hex');
/** An empty block that says it is the last. */
const LAST = Buffer.from('0300', 'hex');

/** Makes the body of one response. */
export class Gzip {
  #hasHead = false;
  /** The last bytes that were sent, as latin1: a string is small, and the garbage collector can move it. */
  #history = '';
  #crc = 0;
  #length = 0;

  /** @param isSecret no later frame refers to it, or their lengths would tell who else can write to the page what is in it. */
  write(text: string, isSecret = false): Buffer {
    const bytes = Buffer.from(text);
    const dictionary = Buffer.from(this.#history, 'latin1');
    this.#history = isSecret ? '' : Buffer.concat([dictionary, bytes]).subarray(-HISTORY).toString('latin1');
    this.#crc = crc32(bytes, this.#crc);
    this.#length = (this.#length + bytes.length) % 2 ** 32;
    const coded = deflateRawSync(bytes, { ...OPTIONS, dictionary });
    if (this.#hasHead) return coded;
    this.#hasHead = true;
    return Buffer.concat([HEAD, coded]);
  }

  end(): Buffer {
    const sums = Buffer.alloc(8);
    sums.writeUInt32LE(this.#crc, 0);
    sums.writeUInt32LE(this.#length, 4);
    return Buffer.concat([LAST, sums]);
  }
}

/** Whether a client says that it reads gzip: only where it is named, and not with a weight of zero. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(?:;\s*q\s*=\s*(?:1|0\.0{0,2}[1-9])[\d.]*\s*)?$/i.test(coding));
}
