// Owns a viewer of this project: a page, a stream, a subscribe, and signed events.
import { randomBytes } from 'node:crypto';
import { cookiesOf, get, HttpSocket, post } from './http.mjs';
import { sign } from './sign.mjs';
import { SseSocket } from './sse.mjs';

/** The extension asks for the effect in the answer. */
const IN_ANSWER = 'Accept: text/event-stream\r\n';

export class OursViewer {
  /** Bytes of the last answer's body. */
  bytes = 0;
  number = 0;
  /** @param posts a socket shared by many viewers, where they are many. */
  static async open(port, { posts, path = '/', base = '/live', accept = IN_ANSWER } = {}) {
    const viewer = new OursViewer();
    viewer.base = base;
    viewer.accept = accept;
    viewer.posts = posts ?? new HttpSocket(port);
    viewer.ownsPosts = !posts;
    await viewer.#load(port, path);
    await viewer.#subscribe();
    return viewer;
  }

  async #load(port, path) {
    const page = await this.posts.send(get(path));
    const root = /data-id="([^"]*)" data-component="([^"]*)" data-session="([^"]*)"/.exec(page.body);
    this.root = { id: root[1], component: root[2], session: root[3] };
    this.cookie = cookiesOf(page);
    this.stream = new SseSocket(port, get(`${this.base}/stream?v=1`, this.cookie));
    const [, hello] = await this.stream.until(/event: hello\ndata: (.*)\n\n/);
    const { stream, key } = JSON.parse(hello);
    this.signer = { stream, key: Buffer.from(key, 'base64url') };
    this.stream.onFrames = () => {};
  }

  async #subscribe() {
    this.viewer = randomBytes(9).toString('base64url');
    const wanted = { viewer: this.viewer, url: 'http://localhost/', components: [this.root] };
    const body = JSON.stringify(wanted);
    const answer = await this.posts.send(this.#post('subscribe', '?', body));
    this.subscribeBytes = answer.body.length;
    const [{ epoch, version, as }] = JSON.parse(answer.body).components;
    Object.assign(this, { id: as ?? this.root.id, epoch, version });
  }

  #post(endpoint, query, body, headers = '') {
    const path = `${this.base}/${endpoint}${query === '?' ? '' : query}`;
    return post(path, this.cookie + headers + sign(this.signer, endpoint, query, body), body);
  }

  /** Builds and signs the next event, so that this is not counted. */
  prepare(name = 'increment', body = '') {
    const query = `?id=${this.id}&name=${name}&viewer=${this.viewer}&n=${++this.number}&epoch=${this.epoch}&have=${this.version}&ack=${this.acked ?? 1}`;
    this.next = this.#post('event', query, body, this.accept);
  }

  /** Sends the event that was prepared; resolves with its effect. */
  async fire() {
    const answer = await this.posts.send(this.next);
    if (answer.status !== 200) throw new Error(`an event was answered with ${answer.status} ${answer.body}`);
    this.version++;
    this.bytes = answer.body.length;
    return answer.body;
  }

  /** Says that all frames up to one have come. */
  async acknowledge(count) {
    const answer = await this.posts.send(this.#post('ack', `?ack=${count}`, ''));
    if (answer.status !== 204) throw new Error(`an ack was answered with ${answer.status}`);
  }

  close() {
    this.stream.close();
    if (this.ownsPosts) this.posts.close();
  }
}
