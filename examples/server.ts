// Starts the gallery: npm start. PORT changes the port.
import { randomBytes } from 'node:crypto';
import { createApp } from './app.ts';

const port = Number(process.env.PORT ?? 3000);
const secret = () => randomBytes(32).toString('base64');
const { app, live } = createApp({
  session: process.env.SESSION_SECRET ?? secret(),
  live: process.env.LIVE_SECRET ?? secret(),
});

const server = app.listen(port, () =>
  console.log(
    `The examples are at http://localhost:${port}, what goes on in them at http://localhost:${port}/live/inspector`,
  ),
);
server.on('error', (error) => {
  console.error(`Can't listen on port ${port}: ${error.message}. Choose another: PORT=3001 npm start`);
  process.exitCode = 1;
  live.close();
});

// Ctrl-C ends at once. SIGTERM, which a deploy sends, first sends the pages to whoever serves them next.
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(5_000));

async function stop(within: number) {
  await live.drain({ within });
  server.close();
}
