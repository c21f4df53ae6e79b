// npm run cluster: Redis, three nodes and a balancer. PORT, REDIS_URL and BALANCER (node or nginx) change what is started.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { redisBackplane } from 'htmx-liveview/redis';
import { startBalancer } from './balancer.ts';
import { fail, folder, freePort, startServer } from './programs.ts';
import { NAMES, type Order, orders, roster } from './roster.ts';
import { Supervised } from './supervised.ts';

/** Milliseconds between two looks at the nodes, for whoever missed the last one. */
const LOOK = 1_000;

await start().catch((error: Error) => fail(error.message));

async function start(): Promise<void> {
  const port = await balancerPort();
  const url = process.env.REDIS_URL ?? (await startRedis());
  const secret = () => randomBytes(32).toString('base64');
  // of this run alone: a Redis of yours may have other tenants
  const prefix = `cluster-${randomBytes(4).toString('hex')}`;
  const env = { SESSION_SECRET: secret(), LIVE_SECRET: secret(), ...process.env, REDIS_URL: url, REDIS_PREFIX: prefix };

  // the supervisor listens and speaks as the nodes do
  const backplane = await redisBackplane({ url, prefix });
  const ports = await Promise.all(NAMES.map(() => freePort()));
  const nodes = NAMES.map((name, at) => new Supervised(name, { ...env, PORT: String(ports[at]) }, publish));
  function publish() {
    backplane.publish(
      roster.name,
      nodes.map(({ status }) => status),
    );
  }
  backplane.listen(orders.name, (order) => {
    for (const node of nodes) node.obey(order as Order);
  });
  setInterval(publish, LOOK);

  await Promise.all(nodes.map((node) => node.start()));
  const balancer = await startBalancer(port, ports);
  console.log(`Three nodes behind ${balancer}: http://127.0.0.1:${port}`);
  console.log('Ctrl-C stops them all.');
}

async function balancerPort(): Promise<number> {
  const wanted = Number(process.env.PORT ?? 3000);
  return freePort(wanted).catch(({ message }) =>
    fail(`Can't listen on port ${wanted}: ${message}. Choose another: PORT=3001 npm run cluster`),
  );
}

/** The installed redis-server, with a port and a folder of its own. */
async function startRedis(): Promise<string> {
  const program = process.env.REDIS_SERVER ?? 'redis-server';
  if (spawnSync(program, ['--version']).status !== 0)
    return fail(`${program} is not installed. Install it, or name one that runs: REDIS_URL=redis://… npm run cluster`);
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
  await startServer(program, args, port);
  return `redis://127.0.0.1:${port}`;
}
