// Owns a raw reader of an SSE stream: it counts frames by their blank lines, and keeps no text but the first.
import { open } from './http.mjs';

/** One open stream. `onFrames(count, text)` is called with what came in. */
export class SseSocket {
  frames = 0;
  onFrames = () => {};
  #socket;
  #last = '';

  constructor(port, request) {
    this.#socket = open(port);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text) => this.#read(text));
    this.#socket.write(request, 'latin1');
  }

  #read(text) {
    let found = this.#last === '\n' && text[0] === '\n' ? 1 : 0;
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n', at + 2)) found++;
    this.#last = text.at(-1);
    this.frames += found;
    this.onFrames(found, text);
  }

  /** The text up to and with a frame that matches. */
  until(pattern) {
    let all = '';
    return new Promise((done) => {
      this.onFrames = (_found, text) => {
        all += text;
        const match = pattern.exec(all);
        if (match) done(match);
      };
    });
  }

  close() {
    this.#socket.isClosing = true;
    this.#socket.destroy();
  }
}
