// Owns a server's process: starts one system, tells its port, and answers what the load generator asks. `node serve.mjs NAME`
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import v8 from 'node:v8';
import { SYSTEMS } from './systems.mjs';

// express-session warns of its MemoryStore in production; the sessions of a measurement may go with it
console.warn = (...said) => String(said[0]).includes('MemoryStore') || console.error(...said);

const { server: file, options } = SYSTEMS[process.argv[2]];
const { make } = await import(`./servers/${file}.mjs`);
const { listener, actions = {}, attached = () => {}, note } = await make(options);
const server = createServer(listener);
server.keepAliveTimeout = 0; // an idle client's POST socket stays, for every system alike
attached(server);
server.listen(0, '127.0.0.1', 4096, () => process.send({ port: server.address().port, note }));

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** What is held once everything that could go has gone. */
async function memory() {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc();
    await wait(150);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

const inspector = new Session();

async function profileStart() {
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.post('Profiler.start');
}

const asks = {
  profileStart,
  profileStop: async () => (await inspector.post('Profiler.stop')).profile,
  cpu: () => process.cpuUsage(),
  memory,
  snapshot: (file) => v8.writeHeapSnapshot(file),
  exit: () => process.exit(),
  ...actions,
};

process.on('message', async ({ ask, arg, id }) => process.send({ id, answer: await asks[ask]?.(arg) }));
process.on('disconnect', () => process.exit());
