// Chaos: clients with the extension's own code, a real server, and a network that fails. Checks that each event is handled once and in
// order, that pages end up as the server's render, and that nothing is left. `npm run chaos -- --seconds 30 --seed 1 --json`
// With `--nodes 3 --durable sync` (or `behind`) the server is several, on a real Redis, and they fail too: see cluster.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import express from 'express';
import session from 'express-session';
import { liveview } from 'htmx-liveview';
import { act, areLive, haveEnded, leave, openClients, pause, until } from './clients.ts';
import { type Durable, isWithinReason, runCluster } from './cluster.ts';
import { countMismatches, isGood, judge, type Report, reasons } from './judge.ts';
import { Log, readLogs } from './log.ts';
import { CALM, FaultProxy, randomFrom, STORM } from './proxy.ts';

/** Runs chaos for some seconds. */
export async function runChaos(seconds: number, seed: number, count = 8): Promise<Report> {
  const random = randomFrom(seed);
  const app = express();
  app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
  const live = liveview({ secret: 'x'.repeat(32), components: [Log], heartbeat: 1000, onRefusal: () => {} });
  app.use('/live', live.router);
  app.get('/', async (req, res) => {
    const names = String(req.query.names).split(',');
    res.send((await Promise.all(names.map((name) => live.render(req, Log, { name })))).join(''));
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = new FaultProxy(() => port, seed);
  const clients = await openClients(await proxy.listen(), count, () => import('./page.ts'));

  proxy.faults = STORM;
  const end = Date.now() + seconds * 1000;
  await Promise.all(clients.map((client) => act(client, random, end)));
  proxy.faults = CALM;
  await until(() => haveEnded(clients), 240_000); // a backlog may be long
  await until(() => areLive(clients), 30_000);
  await pause(2500);

  const logs = readLogs();
  const report = judge(clients, logs);
  if (report.lost_reported > 0) console.error('lost:', reasons(clients));
  report.mismatched = countMismatches(clients, logs);
  await leave(clients);
  await until(() => live.stats().streams === 0, 5_000);
  report.leaked = live.stats().instances + live.stats().streams;
  live.close();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return report;
}

/** The command line: the last line is JSON. */
export async function main(args: readonly string[]): Promise<void> {
  // so that what was started ends, too
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      nodes: { type: 'string', default: '1' },
      durable: { type: 'string', default: 'sync' },
      freeze: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  });
  const [seconds, seed, nodes] = [Number(values.seconds), Number(values.seed), Number(values.nodes)];
  const { freeze } = values;
  const durable = values.durable as Durable;
  const isOne = nodes === 1;
  const found = isOne ? await runChaos(seconds, seed) : await runCluster({ seconds, seed, nodes, durable, freeze });
  if (!values.json) console.table(found);
  console.log(JSON.stringify(found));
  process.exit((isOne ? isGood(found) : isWithinReason(found as never, durable)) ? 0 : 1);
}
