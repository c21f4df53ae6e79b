// Owns files on their way in: a multipart body becomes files on disk, never in memory, within a component's limits.
// In: a request whose signature holds. Out: fields with web-standard Files, or why files were refused.

import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import busboy, { type Busboy } from 'busboy';
import { type Fields, gatherFields, MAX_FIELDS } from '../protocol/event.ts';
import { accept, type Result, refuse } from './errors.ts';

/**
 * What a component takes of files: its `static uploads`.
 * @example static uploads: Uploads = { bytes: 5_000_000, files: 4, types: ['image/*', '.pdf'] };
 */
export interface Uploads {
  /** How many bytes one file may have. */
  readonly bytes: number;
  /** How many files one event may bring. Default 1. */
  readonly files?: number;
  /**
   * Which files are taken, as in an input's `accept`: `image/*`, `application/pdf`, `.csv`. Default: all. A browser says the type, and the
   * name: neither proves what is inside.
   */
  readonly types?: readonly string[];
}

/**
 * Why a file was refused: an issue as a schema would give it, so that `invalid()` gets both alike.
 * @example
 * ```ts
 * invalid({ issues }: InvalidEvent) {
 *   const [issue] = issues as readonly UploadIssue[];
 *   if (issue?.limit === 'bytes') this.error = `${issue.file} is too large.`;
 * }
 * ```
 */
export interface UploadIssue extends StandardSchemaV1.Issue {
  /** The limit that was passed. */
  readonly limit: 'bytes' | 'files' | 'types';
  /** The name of the file. */
  readonly file: string;
}

/** A multipart body on its way in: a request, or what stands for one that came in on another node. */
export interface UploadBody extends Readable {
  readonly headers: IncomingHttpHeaders;
  /** Whether all of it has come. */
  readonly complete: boolean;
}

/** A body that was read. */
export interface Upload {
  readonly fields: Fields;
  /** Empty where all files were taken; otherwise no file was. */
  readonly issues: readonly UploadIssue[];
  /** Deletes the files. Never rejects. */
  release(): Promise<void>;
}

/** What holds for one body. */
export interface UploadRules extends Required<Uploads> {
  /** How many bytes all names and texts may have. */
  readonly text: number;
  /** Where the temporary files go. */
  readonly directory: string;
}

/** Reads a multipart body to its end, or to the first file that is over a limit. Refuses what is not one. */
export async function readUpload(request: UploadBody, rules: UploadRules): Promise<Result<Upload>> {
  const directory = await mkdtemp(join(rules.directory, 'htmx-liveview-')).catch(() => undefined);
  if (!directory) return refuse('unavailable', `uploads can't be written to ${rules.directory}`);
  const receiver = new Receiver(rules, directory);
  const result = await receiver.read(request);
  if (!result.ok) await receiver.release();
  return result;
}

/** How many bytes the heads of the parts may have. */
const AROUND = 1024 * 1024;
/** Milliseconds that a body which has come to its end may still need to be written. */
const FLUSH = 5_000;

type Entry = readonly [name: string, value: string | File];

/** One body on its way in. */
class Receiver {
  readonly #rules: UploadRules;
  readonly #directory: string;
  /** In the order in which they came. A file takes its place at once, and is there once it is written. */
  readonly #entries: Promise<Entry | undefined>[] = [];
  #issue: UploadIssue | undefined;
  #text = 0;
  #bytes = 0;
  /** Room for every file, every text, and what stands around them; and one file over its limit, to name it. */
  readonly #most: number;
  #files = 0;
  #stop: (why: Result<never> | 'refused') => void = () => {};

  constructor(rules: UploadRules, directory: string) {
    this.#rules = rules;
    this.#most = (rules.files + 1) * rules.bytes + 2 * rules.text + AROUND;
    this.#directory = directory;
  }

  readonly release = (): Promise<void> => rm(this.#directory, { recursive: true, force: true }).catch(() => {});

  async read(request: UploadBody): Promise<Result<Upload>> {
    const parser = this.#parser(request);
    if (!parser) return refuse('malformed', 'not a multipart body');
    const how = await this.#run(request, parser);
    const entries = await Promise.all(this.#entries);
    if (typeof how === 'object') return how;
    const { release } = this;
    if (this.#issue) {
      await release();
      const texts = entries.filter((entry) => typeof entry?.[1] === 'string') as Entry[];
      return accept({ fields: gatherFields(texts) ?? {}, issues: [this.#issue], release });
    }
    const fields = gatherFields(entries.filter((entry) => entry !== undefined));
    return fields ? accept({ fields, issues: [], release }) : refuse('too-large', 'too many fields');
  }

  #parser({ headers }: UploadBody): Busboy | undefined {
    const { text, bytes } = this.#rules;
    const limits = { fieldNameSize: 256, fieldSize: text, fileSize: bytes + 1, headerPairs: 20, parts: 2 * MAX_FIELDS };
    try {
      return busboy({ headers, limits, defParamCharset: 'utf8' });
    } catch {
      return undefined;
    }
  }

  /** Resolves at the body's end, or where the rest of it does not matter any more. */
  #run(request: UploadBody, parser: Busboy): Promise<Result<never> | 'refused' | 'read'> {
    return new Promise((resolve) => {
      const end = (how: Result<never> | 'refused' | 'read') => {
        request.unpipe(parser);
        request.resume();
        if (how !== 'read') queueMicrotask(() => parser.destroy()); // not from within one of its own events
        resolve(how);
      };
      this.#stop = end;
      const cut = () => end(refuse('malformed', 'the body was cut off'));
      parser.on('field', (name, value, { nameTruncated, valueTruncated }) =>
        this.#takeText(name, value, nameTruncated || valueTruncated),
      );
      parser.on('file', (name, stream, { filename, mimeType }) => this.#takeFile(name, stream, filename, mimeType));
      parser.on('partsLimit', () => end(refuse('too-large', 'too many parts')));
      parser.on('error', cut);
      parser.on('close', () => end('read'));
      request.on('error', cut);
      // the parser waits for ever for the end of a part that begins after the last boundary
      request.on('end', () => setTimeout(cut, FLUSH).unref());
      request.on('close', () => request.complete || cut());
      if (request.destroyed) return cut(); // its events are over
      request.on('data', (chunk: Buffer) => {
        this.#bytes += chunk.length;
        if (this.#bytes > this.#most) end(refuse('too-large', `the body is over ${this.#most} bytes`));
      });
      request.pipe(parser);
    });
  }

  #takeText(name: string | undefined, value: string, isCut: boolean): void {
    if (!name) return this.#stop(refuse('malformed', 'a part has no name'));
    this.#text += Buffer.byteLength(name) + Buffer.byteLength(value);
    this.#entries.push(Promise.resolve([name, value]));
    if (isCut || this.#text > this.#rules.text || this.#entries.length > MAX_FIELDS)
      this.#stop(refuse('too-large', `the texts beside the files are over ${this.#rules.text} bytes`));
  }

  #takeFile(name: string | undefined, stream: Readable, given: string | undefined, type: string): void {
    stream.on('error', () => {}); // what is cut off is told by the body's own end
    if (!name) return this.#stop(refuse('malformed', 'a part has no name'));
    const file = safeName(given ?? '');
    if (!file) return void stream.resume(); // a file input in which nothing was chosen
    const { bytes, files, types } = this.#rules;
    if (++this.#files > files) return this.#refuse(stream, name, file, 'files', `at most ${count(files)}`);
    if (!isTaken(types, file, type))
      return this.#refuse(stream, name, file, 'types', `${file} is not of a type that is taken: ${types.join(', ')}`);
    stream.once('limit', () => this.#refuse(stream, name, file, 'bytes', `${file} is larger than ${size(bytes)}`));
    this.#entries.push(this.#write(name, stream, file, type));
  }

  async #write(name: string, stream: Readable, file: string, type: string): Promise<Entry | undefined> {
    const path = join(this.#directory, String(this.#files));
    try {
      await pipeline(stream, createWriteStream(path, { mode: 0o600 }));
      return [name, new File([await openAsBlob(path)], file, { type })];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall) this.#stop(refuse('unavailable', `can't keep a file: ${error}`));
      return undefined;
    }
  }

  #refuse(stream: Readable, name: string, file: string, limit: UploadIssue['limit'], message: string): void {
    stream.resume();
    this.#issue ??= { message, path: [name.replace(/\[\]$/, '')], limit, file };
    this.#stop('refused');
  }
}

/** A name to show, without folders and control characters. Nothing on disk is named by it. */
function safeName(name: string): string {
  const last = name
    .replace(/\p{Cc}/gu, '')
    .split(/[\\/]/)
    .at(-1) as string;
  return /^\.{1,2}$/.test(last) ? '_' : last.slice(0, 255);
}

function isTaken(types: readonly string[], file: string, type: string): boolean {
  const isOf = (pattern: string) =>
    pattern.startsWith('.')
      ? extname(file).toLowerCase() === pattern.toLowerCase()
      : pattern.endsWith('/*')
        ? type.startsWith(pattern.slice(0, -1))
        : type === pattern;
  return types.length === 0 || types.some(isOf);
}

function count(files: number): string {
  return files === 1 ? 'one file' : `${files} files`;
}

function size(bytes: number): string {
  const units = [
    ['MB', 1_000_000],
    ['KB', 1_000],
  ] as const;
  const [unit, each] = units.find(([, least]) => bytes >= least) ?? ['bytes', 1];
  return `${Math.round((bytes / each) * 10) / 10} ${unit}`;
}
