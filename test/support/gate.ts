// A network between a page and its server, as bytes: it passes, cuts, refuses, or falls silent without a word, as a dead link does.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Gate {
  /** `silent`: connections stay open, and nothing passes. `refuse`: none is taken. */
  mode: 'pass' | 'silent' | 'refuse' = 'pass';
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server: Server;
  /** The port behind it. */
  target: number;

  constructor(target: number) {
    this.target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  /** Gives its origin: at the loopback, or at another address of this machine. */
  async listen(address = '127.0.0.1'): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return `http://${address}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** No connection for a while, then as before. */
  async cutFor(ms: number): Promise<void> {
    this.mode = 'refuse';
    this.cut();
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.mode = 'pass';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    if (this.mode === 'refuse') return void near.destroy();
    const far = connect(this.target, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      // what is sent into silence is lost: a new connection is needed when the link is back
      let isDead = this.mode === 'silent';
      from.on('data', (chunk) => {
        isDead ||= this.mode === 'silent';
        if (!isDead) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  }
}
