// Owns the viewers of the peers, and of the floors: each sends an event and waits for its effect.
import { cookiesOf, get, HttpSocket, post } from './http.mjs';
import { SseSocket } from './sse.mjs';
import { encode, WsSocket } from './websocket.mjs';

let count = 0;

/** POST and SSE. An event has ended when its frame and its 204 are there. */
class SseViewer {
  /** @param hasPage whether a page comes first, and with it a session. */
  static async open(port, { posts, hasPage, streamPath, eventPath, fields = '' }) {
    const viewer = new SseViewer();
    viewer.posts = posts ?? new HttpSocket(port);
    viewer.ownsPosts = !posts;
    const id = String(++count);
    const cookie = hasPage ? cookiesOf(await viewer.posts.send(get('/'))) : '';
    viewer.stream = new SseSocket(port, get(streamPath + id, cookie));
    await viewer.stream.until(/retry.*\n\n/);
    viewer.stream.onFrames = (found) => found > 0 && viewer.arrived?.();
    viewer.next = post(eventPath + id, `${cookie}Content-Type: application/x-www-form-urlencoded\r\n`, fields);
    return viewer;
  }

  prepare() {}

  async fire() {
    const frame = new Promise((done) => {
      this.arrived = done;
    });
    const { status } = await this.posts.send(this.next);
    if (status !== 204) throw new Error(`an event was answered with ${status}`);
    await frame;
  }

  close() {
    this.stream.close();
    if (this.ownsPosts) this.posts.close();
  }
}

/** A websocket whose every message has one in answer. */
class WsViewer {
  async start(port, path, cookie) {
    this.socket = new WsSocket(port, path, cookie);
    await this.socket.opened;
  }

  prepare() {}

  async fire() {
    const payload = await this.socket.call(this.next);
    this.bytes = payload.length;
    return payload;
  }

  close() {
    clearInterval(this.beating);
    this.socket.close();
  }
}

/** The session of a page that is only loaded for its cookie. */
async function load(port, posts, path) {
  const page = posts ?? new HttpSocket(port);
  const answer = await page.send(get(path));
  if (!posts) page.close();
  return answer;
}

const HEADERS = {
  'HX-Request': 'true',
  'HX-Trigger': null,
  'HX-Trigger-Name': null,
  'HX-Target': 'c-1',
  'HX-Current-URL': 'http://localhost/',
};

async function openWs(port, { posts } = {}) {
  const viewer = new WsViewer();
  await viewer.start(port, '/ws', cookiesOf(await load(port, posts, '/')));
  viewer.next = encode(JSON.stringify({ HEADERS }));
  return viewer;
}

/** As the phoenix client does: without it the server drops what it keeps after a minute. */
const BEAT = 25_000;
const beat = encode(JSON.stringify([null, '9', 'phoenix', 'heartbeat', {}]));
const isBeat = (payload) => payload[1] === 0x6e; // `[null,`

function keepAlive(viewer) {
  viewer.socket.isSkipped = isBeat;
  viewer.beating = setInterval(() => viewer.socket.send(beat), BEAT);
}

async function openLiveViewJs(port, { posts, path = '/', event = 'increment', value = {} } = {}) {
  const page = await load(port, posts, path);
  const [, csrf] = /csrf-token" content="([^"]*)"/.exec(page.body);
  const [, session] = /data-phx-session="([^"]*)"/.exec(page.body);
  const [, id] = /id="(phx-[^"]*)"/.exec(page.body);
  const viewer = new WsViewer();
  await viewer.start(port, '/live/websocket?vsn=2.0.0', cookiesOf(page));
  const topic = `lv:${id}`;
  const params = { _csrf_token: csrf, _mounts: 0 };
  const join = { url: `http://localhost${path}`, params, session, static: '' };
  await viewer.socket.call(encode(JSON.stringify(['4', '4', topic, 'phx_join', join])));
  keepAlive(viewer);
  viewer.next = encode(JSON.stringify(['4', '5', topic, 'event', { type: 'click', event, value }]));
  return viewer;
}

const sse = (paths) => (port, options) => SseViewer.open(port, { ...paths, ...options });
const withSession = { hasPage: true, streamPath: '/stream?id=', eventPath: '/event?id=' };

export const peers = {
  bare: sse({ hasPage: false, streamPath: '/stream?', eventPath: '/event?' }),
  bareExpress: sse(withSession),
  betterSse: sse(withSession),
  ws: openWs,
  liveviewjs: openLiveViewJs,
};
