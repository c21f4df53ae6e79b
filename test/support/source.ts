// The browser's EventSource and the answers to polls, for suites in which time is made: the page hears what the test says.
import { vi } from 'vitest';

/** A stream that opens into the test. */
export class FakeSource extends EventTarget {
  onerror: (() => void) | undefined;
  isClosed = false;

  say(name: string, data: object): void {
    const message = { data: JSON.stringify(data), lastEventId: '1' };
    if (!this.isClosed) this.dispatchEvent(new MessageEvent(name, message));
  }
  close(): void {
    this.isClosed = true;
  }
}

/**
 * Takes the place of EventSource until the globals are put back, and gives those that are opened, in their order.
 * @param opened what the server does with one, 5 ms later; the first has the number 1.
 */
export function fakeSources(opened: (source: FakeSource, number: number) => void): FakeSource[] {
  const sources: FakeSource[] = [];
  class Source extends FakeSource {
    constructor() {
      super();
      const number = sources.push(this);
      setTimeout(() => this.isClosed || opened(this, number), 5);
    }
  }
  vi.stubGlobal('EventSource', Source);
  return sources;
}

/** The first frame of a stream. */
export const hello = (stream: string, heartbeat: number) => ({ stream, key: 'AAAA', heartbeat, time: Date.now() });

/** What the server answers to a poll: hello to the first one, nothing new to a later one. */
export function pollAnswer(url: string, heartbeat: number): Response {
  const frame = `event: hello\nid: 1\ndata: ${JSON.stringify(hello('p', heartbeat))}\n\n`;
  return new Response(url.includes('&stream=') ? '' : frame);
}
