// Owns a WebDriver BiDi session: commands over one websocket, each answered once. Events are not asked for.
import { WebSocket } from 'ws';

interface Answer {
  readonly id: number | null;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

type Settle = (answer: Answer) => void;

export class Bidi {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Settle>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text) => this.#take(JSON.parse(String(text))));
    socket.on('close', () => {
      for (const id of this.#waiting.keys()) this.#take({ id, type: 'error', error: 'the browser is gone' });
    });
  }

  /** Starts a session with the browser that listens on a port of this machine. */
  static async connect(port: number): Promise<Bidi> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/session`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const bidi = new Bidi(socket);
    await bidi.send('session.new', { capabilities: {} });
    return bidi;
  }

  async send<Result>(method: string, params: object): Promise<Result> {
    const id = ++this.#last;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === 'error') throw new Error(`${method}: ${answer.error}: ${answer.message}`);
    return answer.result as Result;
  }

  close(): void {
    this.#socket.close();
  }

  #take(answer: Answer): void {
    const settle = this.#waiting.get(answer.id ?? 0);
    this.#waiting.delete(answer.id ?? 0);
    settle?.(answer);
  }
}
