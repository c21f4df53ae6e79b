// Owns the proxy that absorbs everything: it reads from the server as fast as it can, keeps it, and soon gives nothing on any more.
import { type AddressInfo, connect, createServer } from 'node:net';

/** Milliseconds for which a connection is passed on, so that a stream can begin. */
const HONEST = 1_500;

/** How much it holds, in bytes. */
export interface Absorbed {
  readonly total: number;
  readonly most: number;
}

const behind = Number(process.env.SLOW_BEHIND);
const held = new Map<object, Buffer[]>();

const proxy = createServer((near) => {
  const far = connect(behind, '127.0.0.1');
  const start = Date.now();
  const kept: Buffer[] = [];
  held.set(near, kept);
  far.on('data', (chunk: Buffer) => {
    if (Date.now() - start < HONEST) near.write(chunk);
    else kept.push(chunk);
  });
  near.pipe(far);
  const end = () => {
    held.delete(near);
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) socket.on('error', end).on('close', end);
});
proxy.listen(0, '127.0.0.1', () => process.send?.((proxy.address() as AddressInfo).port));

process.on('disconnect', () => process.exit());
process.on('message', () => {
  const sizes = [...held.values()].map((kept) => kept.reduce((sum, chunk) => sum + chunk.length, 0));
  const absorbed: Absorbed = { total: sizes.reduce((sum, size) => sum + size, 0), most: Math.max(0, ...sizes) };
  process.send?.(absorbed);
});
