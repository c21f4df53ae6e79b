// How a stream's bytes reach its reader: over the bare socket of a response that was left, or over the response itself.
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import compression from 'compression';
import { html, LiveComponent, topic } from 'htmx-liveview';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client } from '../support/client.ts';

const words = topic<string>('words');

class Board extends LiveComponent {
  static component = 'test.Board';
  word = 'first';
  mount() {
    this.subscribe(words, (word) => {
      this.word = word;
    });
  }
  render() {
    return html`<p>${this.word}</p>`;
  }
}

let app: TestApp;
const sockets: Socket[] = [];
/** Those that were asked for a stream. */
const responses: ServerResponse[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

/** A page whose stream is not open yet. */
async function load(options: Partial<TestAppOptions> = {}): Promise<Client> {
  responses.length = 0;
  const before: TestAppOptions['before'] = (it) => {
    it.use('/live/stream', (_req, res, next) => {
      responses.push(res);
      next();
    });
    options.before?.(it);
  };
  app = await startApp({ components: [Board], ...options, before });
  const client = new Client(app);
  await client.load();
  return client;
}

/** A reader that speaks HTTP by hand. */
class Raw {
  text = '';
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  #wake = () => {};

  constructor(request: string, port = Number(new URL(app.url).port)) {
    this.socket = connect(port, '127.0.0.1').setEncoding('utf8');
    sockets.push(this.socket);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('error', () => {});
    this.socket.on('data', (text) => {
      this.text += text;
      this.#wake();
    });
    this.socket.write(request);
  }

  async until(part: string): Promise<void> {
    while (!this.text.includes(part))
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  get head(): string {
    return this.text.slice(0, this.text.indexOf('\r\n\r\n')).toLowerCase();
  }

  get body(): string {
    return this.text.slice(this.text.indexOf('\r\n\r\n') + 4);
  }
}

const head = ({ cookie }: Client, version = '1.1', path = '/live/stream?v=1') =>
  `GET ${path} HTTP/${version}\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`;
const noStream = () => vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
const beats: Partial<TestAppOptions> = { heartbeat: 1000 };

/** Opens a stream with Node's own client, whose parser takes no byte that HTTP does not allow. */
async function open(client: Client, options: RequestOptions = {}): Promise<IncomingMessage & { text: string }> {
  const out = get(`${app.url}/live/stream?v=1`, { agent: false, headers: { cookie: client.cookie }, ...options });
  const [answer] = (await once(out, 'response')) as [IncomingMessage];
  const stream = Object.assign(answer.setEncoding('utf8'), { text: '' });
  stream.on('data', (text) => {
    stream.text += text;
  });
  stream.on('error', () => {});
  await vi.waitFor(() => expect(stream.text).toContain('event: hello'));
  return stream;
}

/** Whether the last stream has left its response. */
const isLeft = () => responses.at(-1)?.socket === null;

describe('a stream', () => {
  test('leaves its response: what Express and the HTTP server kept for it is free', async () => {
    const client = await load(beats);
    const raw = new Raw(head(client));
    await raw.until('event: hello');
    expect(raw.head).toContain('connection: close');
    expect(isLeft()).toBe(true);
  });

  test('comes as whole chunks, whatever letters are in it, and has a proper end', async () => {
    const client = await load();
    await client.connect();
    await client.live();
    const stream = await open(client);
    client.hello = JSON.parse(/event: hello\ndata: (.*)/.exec(stream.text)?.[1] ?? '');
    await client.subscribe(client.roots);
    for (const word of ['ä€😀', 'x'.repeat(100_000)]) {
      app.live.publish(words, word);
      await vi.waitFor(() => expect(stream.text).toContain(word));
    }
    app.live.disconnect({ match: () => true });
    await once(stream, 'close');
    expect(stream.text).toContain('event: bye');
    expect(stream.complete).toBe(true);
  });

  test('goes to a client of HTTP/1.0 without chunks, and ends with its connection', async () => {
    const client = await load();
    const raw = new Raw(head(client, '1.0'));
    await raw.until('event: hello');
    expect(raw.head).not.toContain('transfer-encoding');
    expect(raw.body).toMatch(/^retry: 2000\n\nid: 1\nevent: hello\n/);
    app.live.disconnect({ match: () => true });
    await raw.closed;
    expect(raw.body).toMatch(/data: {"reason":"ended"}\n\n$/);
  });

  test('opens on a connection that was used before, and is its last', async () => {
    const client = await load();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const page = get(app.url, { agent });
    const [first] = (await once(page, 'response')) as [IncomingMessage];
    await once(first.resume(), 'end');
    const stream = await open(client, { agent });
    expect(stream.socket).toBe(page.socket);
    app.live.disconnect({ match: () => true });
    await once(stream, 'close');
    const [next] = (await once(get(app.url, { agent }), 'response')) as [IncomingMessage];
    expect(next.statusCode).toBe(200);
    next.resume();
    agent.destroy();
  });
});

describe('a reader', () => {
  test.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets its connection', (socket: Socket) => socket.resetAndDestroy()],
    ['closes its side alone', (socket: Socket) => socket.end()],
  ])('that %s is gone', async (_, leave) => {
    const client = await load();
    const raw = new Raw(head(client));
    await raw.until('event: hello');
    expect(app.live.stats().streams).toBe(1);
    leave(raw.socket);
    await noStream();
    await raw.closed;
  });

  test('that sends more after its request disturbs nothing', async () => {
    const client = await load(beats);
    const raw = new Raw(head(client));
    await raw.until('event: hello');
    raw.socket.write(`${head(client)}GET / HTTP/1.1\r\n\r\n\0\r\n`);
    raw.socket.write('x'.repeat(1_000_000));
    await raw.until('event: beat');
    expect(app.live.stats().streams).toBe(1);
    expect(raw.text.match(/HTTP\/1.1/g)).toHaveLength(1);
    raw.socket.destroy();
    await noStream();
  });

  test('that sends a second request at once does not make the server fall', async () => {
    const client = await load(beats);
    const raw = new Raw(head(client) + head(client, '1.1', '/'));
    await raw.until('event: beat');
    raw.socket.destroy();
    await noStream();
    expect(app.errors).toEqual([]);
  });

  test('may send its request behind another one', async () => {
    const client = await load();
    const raw = new Raw(head(client, '1.1', '/') + head(client));
    await raw.until('event: hello');
    expect(raw.text.indexOf('<!doctype')).toBeLessThan(raw.text.indexOf('text/event-stream'));
    raw.socket.destroy();
    await noStream();
  });

  test('may send its request in pieces', async () => {
    const client = await load();
    const [one, two] = [head(client).slice(0, -2), head(client).slice(-2)];
    const raw = new Raw(one);
    raw.socket.setNoDelay(true);
    await once(app.server, 'connection');
    raw.socket.write(two);
    await raw.until('event: hello');
    raw.socket.destroy();
    await noStream();
  });

  test('that does not read is let go of soon after its stream has ended', { timeout: 15_000 }, async () => {
    const client = await load();
    const accepted = once(app.server, 'connection') as Promise<[Socket]>;
    const raw = new Raw(head(client));
    const [served] = await accepted;
    await raw.until('event: hello');
    raw.socket.pause();
    const big = 'x'.repeat(900_000);
    client.hello = JSON.parse(/event: hello\ndata: (.*)/.exec(raw.text)?.[1] ?? '');
    await client.subscribe();
    for (let n = 0; n < 8 && app.live.stats().streams > 0; n++) {
      app.live.publish(words, `${n}${big}`);
      await new Promise((resolve) => setImmediate(resolve));
      await client.post('ack', `?ack=${n + 2}`, '');
    }
    await noStream();
    expect(served.writableLength).toBeGreaterThan(0);
    await once(served, 'close');
  });
});

describe('a server that leaves', () => {
  test('waits in close() for its streams, which live.close() ends', async () => {
    const client = await load();
    const stream = await open(client);
    const closed = vi.fn();
    app.server.close(closed);
    app.server.closeIdleConnections();
    expect(closed).not.toHaveBeenCalled();
    app.live.close();
    await once(stream, 'close');
    expect(stream.complete).toBe(true);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  test('ends its streams in closeAllConnections(), as any other connection', async () => {
    const client = await load();
    const streams = [await open(client), await open(client)];
    expect(isLeft()).toBe(true);
    const ended = Promise.all(streams.map((stream) => new Promise((resolve) => stream.once('close', resolve))));
    const closed = new Promise((resolve) => app.server.close(resolve));
    app.server.closeAllConnections();
    await Promise.all([ended, closed]);
    await noStream();
  });

  test('keeps nothing of a stream that has ended', async () => {
    const client = await load();
    const accepted = once(app.server, 'connection') as Promise<[Socket & { parser: { close(): void } }]>;
    const raw = new Raw(head(client));
    const [served] = await accepted;
    const freed = vi.spyOn(served.parser, 'close');
    await raw.until('event: hello');
    await vi.waitFor(() => expect(freed).toHaveBeenCalledOnce());
    raw.socket.destroy();
    await once(served, 'close');
    const destroyed = vi.spyOn(served, 'destroy');
    app.server.closeAllConnections();
    expect(destroyed).not.toHaveBeenCalled();
  });

  test('ends streams by drain()', async () => {
    const client = await load();
    const stream = await open(client);
    const drained = app.live.drain({ within: 100 });
    await once(stream, 'close');
    expect(stream.text).toContain('event: move');
    expect(stream.complete).toBe(true);
    await drained;
    await new Promise((resolve) => app.server.close(resolve));
  });
});

describe('a response that somebody else needs carries the stream itself', () => {
  const ended: string[] = [];
  const watching = (event: 'finish' | 'close'): TestAppOptions['before'] => {
    return (it) =>
      it.use('/live/stream', (_req, res, next) => {
        res.once(event, () => ended.push(event));
        next();
      });
  };
  test.each<[string, TestAppOptions['before']]>([
    ['compression', (it) => it.use(compression({ threshold: 0 }))],
    ['a log that waits for finish', watching('finish')],
    ['a count that waits for close', watching('close')],
    [
      'a write of another’s',
      (it) =>
        it.use((_req, res, next) => {
          const write = res.write.bind(res) as (...args: unknown[]) => boolean;
          res.write = ((...args: unknown[]) => write(...args)) as ServerResponse['write'];
          next();
        }),
    ],
    [
      'a Node whose HTTP server listens in another way',
      (it) =>
        it.use((req, _res, next) => {
          req.socket.removeAllListeners('timeout');
          next();
        }),
    ],
    [
      'a request that waits for close',
      (it) =>
        it.use((req, _res, next) => {
          req.on('close', () => {});
          next();
        }),
    ],
  ])('%s', async (_, before) => {
    const client = await load({ ...beats, before });
    const raw = new Raw(head(client));
    await raw.until('event: beat');
    expect(isLeft()).toBe(false);
    raw.socket.destroy();
    await noStream();
  });

  test('who waits for its end is told then, and not before', async () => {
    ended.length = 0;
    const client = await load({ before: watching('finish') });
    const stream = await open(client);
    expect(ended).toEqual([]);
    app.live.disconnect({ match: () => true });
    await once(stream, 'close');
    expect(ended).toEqual(['finish']);
  });

  test('and leaves the connection to the next request when it ends', async () => {
    const client = await load({ before: watching('close') });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const stream = await open(client, { agent });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    app.live.disconnect({ match: () => true });
    await once(stream, 'close');
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    const next = get(app.url, { agent });
    const [answer] = (await once(next, 'response')) as [IncomingMessage];
    expect([answer.statusCode, next.reusedSocket]).toEqual([200, true]);
    await once(answer.resume(), 'end');
    agent.destroy();
  });

  test('a connection that is no socket of Node’s', async () => {
    const client = await load(beats);
    let text = '';
    const pipe = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    app.server.emit('connection', pipe);
    pipe.push(head(client));
    await vi.waitFor(() => expect(text).toContain('event: beat'), { timeout: 3000 });
    pipe.destroy();
    await noStream();
  });

  test('a request whose body is still to come', async () => {
    const client = await load(beats);
    const raw = new Raw(head(client).replace('\r\n\r\n', '\r\nContent-Length: 5\r\n\r\n'));
    await raw.until('event: beat');
    raw.socket.destroy();
    await noStream();
  });
});
