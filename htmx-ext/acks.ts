// Owns what the server is told of the frames that have come: every POST says it, and where none goes, one of its own.

/** So many frames, letters or milliseconds may go unacknowledged. */
const FRAMES = 16;
/** How many frames fewer, by chance: a topic that everybody hears must not bring everybody's acknowledgement in the same moment. */
const SPREAD = 8;
const LETTERS = 64 * 1024;
const TIME = 10_000;

/** The frames of one stream. */
export class Acks {
  /** The number of the last frame; empty where there is none. */
  lastId = '';
  #frames = 0;
  #letters = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether one is about to be sent: where all POSTs must wait, one says as much as many. */
  #isComing = false;
  readonly #send: () => void;
  readonly #most = FRAMES - Math.floor(Math.random() * SPREAD);

  /** @param send is called when an acknowledgement is due. */
  constructor(send: () => void) {
    this.#send = send;
  }

  /** A frame has come. */
  note(id: string, length: number): void {
    this.lastId = id;
    this.#frames++;
    this.#letters += length;
    if (this.#isComing) return;
    if (this.#frames >= this.#most || this.#letters >= LETTERS) {
      this.#isComing = true;
      this.#send();
    } else this.#timer ??= setTimeout(this.#send, TIME);
  }

  /** The number to say; nothing is due after that. */
  take(): string {
    this.stop();
    return this.lastId;
  }

  /** Nothing is due any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isComing = false;
    this.#frames = 0;
    this.#letters = 0;
  }
}
