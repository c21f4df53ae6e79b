// A live page without a browser: it reads the stream with the eventsource package and signs its POSTs. It follows docs/protocol.md.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type CheerioAPI, load } from 'cheerio';
import { EventSource } from 'eventsource';
import supertest from 'supertest';
import { type Frame, parseFrames } from '../../protocol/frame.ts';
import { FRAME_NAMES, MEDIA } from '../../protocol/names.ts';
import type { Hello, SubscribeAnswer, Subscribed, Update } from '../../protocol/patch.ts';
import { contentDigest, signRequest } from '../../protocol/signature.ts';
import type { TestApp } from './app.ts';

export interface Root {
  readonly id: string;
  readonly component: string;
  readonly session: string;
}

type Tamper = (headers: Record<string, string>) => Record<string, string>;

/** How a POST differs from a right one. */
export interface PostOptions {
  readonly type?: string;
  readonly tag?: string;
  readonly created?: number;
  readonly key?: string;
  readonly keyid?: string;
  readonly accept?: string;
  readonly signedQuery?: string;
  readonly tamper?: Tamper;
}

/** One viewer. */
export class Client {
  agent: ReturnType<typeof supertest.agent>;
  readonly frames: Frame[] = [];
  viewer = randomBytes(9).toString('base64url');
  hello!: Hello;
  page!: CheerioAPI;
  source: EventSource | undefined;
  cookie = '';
  /** Where the router is mounted. */
  base = '/live';
  /** Whether it acknowledges frames, as a page does. */
  acks = true;
  /** After how many frames. */
  ackEvery = 16;
  /** Where its stream and its page are. */
  app: TestApp;
  #waiting: (() => void)[] = [];

  constructor(app: TestApp) {
    this.app = app;
    this.agent = supertest.agent(app.server);
  }

  /** Loads a page and opens a stream. */
  static async open(app: TestApp, path = '/'): Promise<Client> {
    const client = new Client(app);
    await client.load(path);
    await client.connect();
    return client;
  }

  /** Another viewer in the same express-session: a second tab. */
  async sibling(): Promise<Client> {
    const twin = new Client(this.app);
    twin.agent = this.agent;
    twin.cookie = this.cookie;
    twin.page = this.page;
    await twin.connect();
    return twin;
  }

  async load(path = '/'): Promise<CheerioAPI> {
    const answer = await this.agent.get(path).expect(200);
    const cookies = answer.headers['set-cookie'] as unknown as string[] | undefined;
    if (cookies) this.cookie = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
    this.page = load(answer.text);
    return this.page;
  }

  /** What the page says of its components. */
  get roots(): Root[] {
    return this.page('[data-id]')
      .toArray()
      .map((element) => ({
        id: element.attribs['data-id'] as string,
        component: element.attribs['data-component'] as string,
        session: element.attribs['data-session'] as string,
      }));
  }

  async connect(): Promise<Hello> {
    const { cookie } = this;
    const source = new EventSource(`${this.app.url}${this.base}/stream?v=1`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, cookie } }),
    });
    this.source = source;
    for (const name of FRAME_NAMES) {
      source.addEventListener(name, (event) => {
        this.frames.push({ event: name, data: JSON.parse(event.data), id: event.lastEventId });
        if (this.acks && event.lastEventId && Number(event.lastEventId) % this.ackEvery === 0)
          this.acknowledge(event.lastEventId);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    }
    this.hello = (await this.frame('hello')).data as Hello;
    return this.hello;
  }

  /** Says that all frames up to one have come. */
  acknowledge(id: string): void {
    this.post('ack', `?ack=${id}`, '').then(
      () => {},
      () => {},
    );
  }

  /** The next frame of a name that has not been taken yet. */
  async frame(event: string, isMeant: (data: any) => boolean = () => true): Promise<Frame> {
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.event === event && isMeant(frame.data));
      const [found] = at < 0 ? [] : this.frames.splice(at, 1);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The next update of a component. */
  async update(id?: string): Promise<Update> {
    return (await this.frame('update', (data) => id === undefined || data.id === id)).data as Update;
  }

  disconnect(): void {
    this.source?.close();
    this.source = undefined;
  }

  /** Sends a signed POST. */
  post(endpoint: string, query: string, body: string, options: PostOptions = {}) {
    return this.agent
      .post(`${this.base}/${endpoint}${query}`)
      .set(this.sign(endpoint, query, body, options))
      .send(body);
  }

  /** The header fields of a signed POST. */
  sign(endpoint: string, query: string, body: string, options: PostOptions = {}): Record<string, string> {
    const type = options.type ?? (endpoint === 'event' ? MEDIA.form : MEDIA.json);
    const isUpload = type.startsWith(MEDIA.multipart);
    const digest = isUpload ? undefined : contentDigest(createHash('sha256').update(body).digest('base64'));
    const key = Buffer.from(options.key ?? this.hello.key, 'base64url');
    const params = {
      created: options.created ?? Math.floor(Date.now() / 1000),
      keyid: options.keyid ?? this.hello.stream,
      tag: options.tag ?? endpoint,
    };
    const request = { method: 'POST', query: options.signedQuery ?? (query || '?'), type, digest };
    const { base, headers } = signRequest(request, params);
    const mac = createHmac('sha256', key).update(base).digest('base64');
    const signed = { ...headers(mac), 'Content-Type': type, Accept: options.accept ?? '*/*' };
    return options.tamper ? options.tamper(signed) : signed;
  }

  /** Subscribes components and gives the answer to each. */
  async subscribe(items: readonly (Root & { epoch?: string; version?: number })[] = this.roots): Promise<Subscribed[]> {
    const body = JSON.stringify({ viewer: this.viewer, url: this.app.url, components: items });
    const answer = await this.post('subscribe', '', body).expect(200);
    return (JSON.parse(answer.text) as SubscribeAnswer).components as Subscribed[];
  }

  /** Subscribes the page's first component, which must go live. */
  async live(): Promise<LiveRoot> {
    const [first] = await this.subscribe(this.roots.slice(0, 1));
    if (!first || 'gone' in first) throw new Error(`not live: ${JSON.stringify(first)}`);
    return new LiveRoot(this, first);
  }

  unsubscribe(ids: readonly string[]) {
    return this.post('unsubscribe', '', JSON.stringify({ viewer: this.viewer, ids })).expect(204);
  }
}

/** A live component of a client. */
export class LiveRoot {
  readonly id: string;
  readonly epoch: string;
  version: number;
  number = 0;
  readonly client: Client;
  readonly subscribed: Exclude<Subscribed, { gone: unknown }>;

  constructor(client: Client, subscribed: Exclude<Subscribed, { gone: unknown }>) {
    this.client = client;
    this.subscribed = subscribed;
    this.id = subscribed.as ?? subscribed.id;
    this.epoch = subscribed.epoch;
    this.version = subscribed.version;
  }

  query(name: string, over: Record<string, string> = {}): string {
    const { id, epoch, version, client } = this;
    const head = { id, name, viewer: client.viewer, n: String(++this.number), epoch, have: String(version), ...over };
    return `?${new URLSearchParams(head)}`;
  }

  /** Sends an event whose effect comes by the stream. */
  event(name: string, fields: Record<string, string> | string = {}, options: PostOptions = {}) {
    const body = typeof fields === 'string' ? fields : String(new URLSearchParams(fields));
    return this.client.post('event', this.query(name), body, options);
  }

  /** Sends an event whose effect comes in its answer; gives the frames. */
  async call(name: string, fields: Record<string, string> = {}): Promise<Frame[]> {
    const answer = await this.event(name, fields, { accept: MEDIA.frames }).buffer(true).parse(text);
    const frames = parseFrames(String(answer.body ?? ''));
    for (const { event, data } of frames) if (event === 'update') this.version = (data as Update).version;
    return frames;
  }

  /** Waits until an update says `text`. */
  async shows(text: string): Promise<Update> {
    for (;;) {
      const update = await this.client.update(this.id);
      this.version = update.version;
      if (update.html?.includes(text)) return update;
    }
  }
}

/** Reads an answer of any type as text. */
export function text(res: any, done: (error: Error | null, body: string) => void): void {
  let all = '';
  res.setEncoding('utf8');
  res.on('data', (chunk: string) => {
    all += chunk;
  });
  res.on('end', () => done(null, all));
}
