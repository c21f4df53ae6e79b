// Owns a viewer that costs next to nothing: raw HTTP, no page, no DOM. Thousands of them fit into one process. It follows docs/protocol.md.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { parseFrames } from '../../protocol/frame.ts';
import { MEDIA } from '../../protocol/names.ts';
import type { Hello, Move, SubscribeAnswer, Update } from '../../protocol/patch.ts';
import { contentDigest, signRequest } from '../../protocol/signature.ts';

/** A component of the page, and what is held of it. */
export interface RawRoot {
  id: string;
  readonly component: string;
  session: string;
  epoch?: string;
  version?: number;
  /** The number of the last event. */
  number: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where a viewer's requests go. */
export interface RawTarget {
  readonly origin: string;
  /** Keeps connections for POSTs and pages, as a browser does. */
  readonly agent: Agent;
  /** Where streams go, if elsewhere: through a proxy. */
  readonly streams?: string;
}

/** What a request brings. */
interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Frames and characters after which a page acknowledges at the latest: what the extension does. */
const ACK_FRAMES = 16;
const ACK_LENGTH = 64 * 1024;
/** How often a request is sent again because its kept connection had just been closed. */
const MOST_TRIES = 5;
const ROOT = /data-id="([^"]+)" data-component="([^"]+)" data-session="([^"]+)"/g;

/** One viewer. */
export class RawClient {
  viewer = '';
  hello: Hello | undefined;
  roots = new Map<string, RawRoot>();
  /** Whether it acknowledges frames. */
  acks = true;
  /** Called when the stream has ended, whoever ended it. */
  onEnd: () => void = () => {};
  onUpdate: (update: Update) => void = () => {};
  onMove: (ms: number) => void = () => {};
  /** What the last subscribe said of components that are not live, by their id. */
  gone = new Map<string, string>();
  /** Whether an update brought components that have not been subscribed. */
  hasNew = false;
  #cookie = '';
  #stream: IncomingMessage | undefined;
  #rest = '';
  #last = 0;
  #acked = 0;
  #length = 0;
  /** Not the same for all: thousands that acknowledge in the same moment need a connection each. */
  readonly #ackFrames = Math.ceil(ACK_FRAMES * (0.5 + Math.random() / 2));
  readonly #target: RawTarget;

  constructor(target: RawTarget) {
    this.#target = target;
  }

  get isOpen(): boolean {
    return this.hello !== undefined;
  }

  /** Whether a stream is open, and not only polled. */
  get isStreaming(): boolean {
    return this.#stream !== undefined;
  }

  /** Loads a page: new components, a new viewer, the same session as before. */
  async load(path = '/'): Promise<void> {
    const { status, headers, body } = await this.#send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status}`);
    const cookie = headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie) this.#cookie = cookie;
    this.viewer = randomBytes(9).toString('base64url');
    this.roots = new Map();
    this.#adopt(body);
  }

  // --- The stream ------------------------------------------------------------------------------------------------

  /** Opens a stream, or begins to poll; resolves with the status, after `hello` where that is 200. */
  async connect(isPoll = false): Promise<number> {
    this.#rest = '';
    this.#last = this.#acked = this.#length = 0;
    if (isPoll) return this.poll();
    const stream = await this.#open('/live/stream?v=1');
    if (stream.statusCode !== 200) {
      stream.resume();
      return stream.statusCode ?? 0;
    }
    this.#stream = stream;
    const ended = () => this.#stream === stream && this.#ended();
    stream.setEncoding('utf8').on('error', ended).once('close', ended);
    await new Promise<void>((resolve, reject) => {
      stream.on('data', (chunk: string) => {
        this.#read(chunk);
        if (this.hello) resolve();
      });
      stream.once('close', () => reject(new Error('the stream ended before hello')));
    });
    return 200;
  }

  #open(path: string): Promise<IncomingMessage> {
    const { origin, streams = origin } = this.#target;
    return new Promise((resolve, reject) => {
      request(`${streams}${path}`, { agent: false, headers: { cookie: this.#cookie, accept: MEDIA.frames } }, resolve)
        .on('error', reject)
        .end();
    });
  }

  /** Polls once; the status. */
  async poll(): Promise<number> {
    const { hello } = this;
    const of = hello ? `&stream=${hello.stream}&ack=${this.#last}` : '';
    const { status, body } = await this.#send('GET', `/live/stream?v=1&mode=poll${of}`);
    if (status === 200 && this.hello === hello) this.#read(body);
    else if (this.hello === hello) this.#ended();
    return status;
  }

  #read(chunk: string): void {
    this.#rest += chunk;
    const end = this.#rest.lastIndexOf('\n\n') + 2;
    if (end < 2) return;
    const text = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end);
    this.#length += text.length;
    for (const { event, data, id } of parseFrames(text)) {
      if (id) this.#last = Number(id);
      if (event === 'hello') this.hello = data as Hello;
      if (event === 'update') this.#took(data as Update);
      if (event === 'move') this.onMove((data as Move).ms);
      if (event === 'bye') this.cut();
    }
    if (this.acks && (this.#last - this.#acked >= this.#ackFrames || this.#length >= ACK_LENGTH))
      void this.acknowledge();
  }

  #took(update: Update): void {
    const root = this.roots.get(update.id);
    if (root && update.version > (root.version ?? 0)) root.version = update.version;
    const texts = [update.html ?? '', ...(update.patch ?? []).map((operation) => operation[2] ?? '')];
    for (const text of texts) if (text.includes('data-session=')) this.#adopt(text);
    this.onUpdate(update);
  }

  /** Notes the components that a text brings. */
  #adopt(text: string): void {
    for (const [, id = '', component = '', session = ''] of text.matchAll(ROOT)) {
      if (this.roots.has(id)) continue;
      this.roots.set(id, { id, component, session, number: 0 });
      this.hasNew = true;
    }
  }

  #ended(): void {
    if (!this.hello) return;
    this.hello = undefined;
    this.#stream = undefined;
    this.onEnd();
  }

  /** Stops reading the socket. */
  pause(): void {
    this.#stream?.pause();
    this.#stream?.socket?.pause();
  }

  resume(): void {
    this.#stream?.socket?.resume();
    this.#stream?.resume();
  }

  /** Goes without goodbye: the socket is destroyed, or no poll follows. */
  cut(): void {
    this.#stream?.destroy();
    this.#ended();
  }

  // --- POSTs -----------------------------------------------------------------------------------------------------

  /** Acknowledges what has come, if anything new has. */
  async acknowledge(): Promise<void> {
    if (!this.hello || this.#acked >= this.#last) return;
    this.#noteAck();
    await this.#post('ack', `?ack=${this.#last}`, '').catch(() => {});
  }

  /** Subscribes everything on the page, with what is held of it. */
  async subscribe(): Promise<number> {
    this.hasNew = false;
    const components = [...this.roots.values()].map(({ number, ...item }) => item);
    const request = { viewer: this.viewer, url: `${this.#target.origin}/`, components };
    const { status, body } = await this.#post('subscribe', '', JSON.stringify(request));
    if (status !== 200) return status;
    this.gone.clear();
    for (const one of (JSON.parse(body) as SubscribeAnswer).components) {
      if ('gone' in one) this.gone.set(one.id, one.gone);
      const root = this.roots.get(one.id);
      if (!root || 'gone' in one) continue;
      if (root.epoch !== one.epoch) root.number = 0;
      Object.assign(root, { epoch: one.epoch, version: one.version });
      if (one.as) this.roots.set(one.as, { ...root, id: one.as, session: one.session ?? '' });
      if (one.as) this.roots.delete(one.id);
    }
    return 200;
  }

  /** Sends an event whose effect comes with its answer; the status. */
  async event(root: RawRoot, name: string, fields: Record<string, string> = {}, signal?: AbortSignal): Promise<number> {
    const head = { id: root.id, name, viewer: this.viewer, n: String(++root.number), epoch: root.epoch ?? '' };
    const query = new URLSearchParams({ ...head, have: String(root.version ?? 0), ack: String(this.#last) });
    if (this.acks) this.#noteAck();
    else query.delete('ack');
    const { status, body } = await this.#post('event', `?${query}`, String(new URLSearchParams(fields)), signal);
    for (const { event, data } of parseFrames(body)) if (event === 'update') this.#took(data as Update);
    return status;
  }

  /** Lets go of some components. */
  async unsubscribe(ids: readonly string[]): Promise<number> {
    for (const id of ids) this.roots.delete(id);
    return (await this.#post('unsubscribe', '', JSON.stringify({ viewer: this.viewer, ids }))).status;
  }

  /** Says goodbye, as a page does that is left. */
  async goodbye(): Promise<number> {
    if (!this.hello) return 0;
    const said = this.unsubscribe([...this.roots.keys()]);
    this.cut();
    return said;
  }

  /** Leaves the session. */
  async signOut(path: string): Promise<number> {
    return (await this.#send('GET', path)).status;
  }

  #noteAck(): void {
    this.#acked = this.#last;
    this.#length = 0;
  }

  #post(endpoint: string, query: string, body: string, signal?: AbortSignal): Promise<RawAnswer> {
    const { hello } = this;
    if (!hello) return Promise.reject(new Error('no stream'));
    const type = endpoint === 'event' ? MEDIA.form : MEDIA.json;
    const digest = contentDigest(createHash('sha256').update(body).digest('base64'));
    const key = Buffer.from(hello.key, 'base64url');
    const unsigned = signRequest(
      { method: 'POST', query: query || '?', type, digest },
      { created: Math.floor(Date.now() / 1000), keyid: hello.stream, tag: endpoint },
    );
    const mac = createHmac('sha256', key).update(unsigned.base).digest('base64');
    const headers = { ...unsigned.headers(mac), 'Content-Type': type, Accept: MEDIA.frames };
    return this.#send('POST', `/live/${endpoint}${query}`, { headers, body, signal });
  }

  /** Sends a request over a kept connection; again where that had just been closed. */
  #send(method: string, path: string, sent: Sent = {}, tries = 1): Promise<RawAnswer> {
    const { origin, agent } = this.#target;
    const { headers, body = '', signal } = sent;
    const length = method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {};
    return new Promise((resolve, reject) => {
      const all = { cookie: this.#cookie, ...headers, ...length };
      const out = request(`${origin}${path}`, { method, agent, headers: all, signal }, (answer) => {
        read(answer).then((text) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        }, reject);
      });
      out.on('error', (error) => {
        if (out.reusedSocket && tries < MOST_TRIES && !signal?.aborted)
          resolve(this.#send(method, path, sent, tries + 1));
        else reject(error);
      });
      out.end(body);
    });
  }
}

async function read(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) text += chunk;
  return text;
}
