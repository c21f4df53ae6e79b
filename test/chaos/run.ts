// Chaos: clients with the extension's own code, a real server, and a network that fails. Checks that each event is handled once and in
// order, that pages end up as the server's render, and that nothing is left. `npm run chaos -- --seconds 30 --seed 1 --json`
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import express from 'express';
import session from 'express-session';
import { html, LiveComponent, liveview } from 'htmx-liveview';
import type { Entry, Page } from '../../htmx-ext/page.ts';
import type { Ending, Sender } from '../../htmx-ext/send.ts';
import { CALM, FaultProxy, randomFrom, STORM } from './proxy.ts';
import { makeWorld } from './world.ts';

/** What a run found. `unknown`: reported lost although the server had handled it. */
export interface Report {
  events: number;
  handled: number;
  lost_reported: number;
  unknown: number;
  duplicated: number;
  reordered: number;
  mismatched: number;
  leaked: number;
}

const handled = new Map<string, number[]>();
/** The last render of each instance. */
const contents = new Map<string, string>();

/** Notes the events that it handles, and shows them as a list that grows, shrinks and moves. */
class Log extends LiveComponent<{ name: string }> {
  static component = 'chaos.Log';
  static events = { add: true };
  list: number[] = [];
  ticks = 0;

  mount() {
    this.every(150, () => this.ticks++);
  }
  async add({ n }: { readonly n?: unknown }) {
    const number = Number(n);
    const seen = handled.get(this.session.name) ?? [];
    if (number % 7 === 0) await new Promise((resolve) => setTimeout(resolve, number % 3 === 0 ? 1300 : 20));
    handled.set(this.session.name, [...seen, number]);
    this.list.push(number);
    if (this.list.length > 12) this.list.splice(number % 12, 1);
    if (number % 5 === 0) this.list.reverse();
  }
  render() {
    const content = html`<p id="t">${this.ticks}</p><ul id="u">${this.list.map((n) => html`<li id="i-${n}">${n}</li>`)}</ul>`;
    contents.set(this.id, String(content));
    return content;
  }
}

interface ChaosClient {
  readonly name: string;
  readonly page: Page;
  readonly sender: Sender;
  readonly entry: Entry;
  readonly endings: { n: number; ending: Ending | undefined }[];
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs chaos for some seconds. */
export async function runChaos(seconds: number, seed: number, count = 8): Promise<Report> {
  handled.clear();
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
  const proxy = new FaultProxy((server.address() as AddressInfo).port, seed);
  const url = await proxy.listen();

  const names = Array.from({ length: count }, (_, at) => `client-${at}`);
  const answer = await fetch(`${url}/?names=${names}`);
  makeWorld(
    url,
    answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  );
  document.body.innerHTML = await answer.text();
  const clients = await Promise.all(
    [...document.querySelectorAll('[data-id]')].map((root, at) => makeClient(root, names[at] as string)),
  );
  await until(() => clients.every(({ entry }) => entry.state === 'live'), 10_000);

  proxy.faults = STORM;
  const end = Date.now() + seconds * 1000;
  await Promise.all(clients.map((client) => act(client, random, end)));
  proxy.faults = CALM;
  await until(() => clients.every(({ endings }) => endings.every(({ ending }) => ending)), 240_000); // a backlog may be long
  await pause(2500);

  const report = judge(clients);
  if (report.lost_reported > 0) console.error('lost:', reasons(clients));
  report.mismatched = countMismatches(clients);
  for (const { page } of clients) page.goodbye();
  await pause(500);
  for (const { page } of clients) page.connection.close();
  await until(() => live.stats().streams === 0, 5_000);
  report.leaked = live.stats().instances + live.stats().streams;
  live.close();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return report;
}

async function makeClient(root: Element, name: string): Promise<ChaosClient> {
  const { createPage } = await import('../../htmx-ext/page.ts');
  const { createSender } = await import('../../htmx-ext/send.ts');
  const page: Page = createPage(
    () => '/live/',
    { added() {}, changed() {}, removed() {} },
    {
      changed: (entry) => sender.entryChanged(entry),
      settled: (entry, settlement) => sender.settled(entry, settlement),
      reset: (_, show) => show(),
    },
  );
  const sender: Sender = createSender(page);
  page.add(root);
  return { name, page, sender, entry: page.entries.get(root) as Entry, endings: [] };
}

/** Makes events, in bursts and pauses, until the time is up. */
async function act(client: ChaosClient, random: () => number, end: number): Promise<void> {
  for (let n = 1; Date.now() < end; n++) {
    const record: { n: number; ending: Ending | undefined } = { n, ending: undefined };
    client.endings.push(record);
    const { ending } = client.sender.send({
      entry: client.entry,
      name: 'add',
      field: undefined,
      body: `n=${n}`,
      headers: {},
    });
    void ending.then((how) => {
      record.ending = how;
    });
    await pause(random() < 0.3 ? 0 : random() * 500);
  }
}

function judge(clients: readonly ChaosClient[]): Report {
  const report: Report = {
    events: 0,
    handled: 0,
    lost_reported: 0,
    unknown: 0,
    duplicated: 0,
    reordered: 0,
    mismatched: 0,
    leaked: 0,
  };
  for (const { name, endings } of clients) {
    const done = handled.get(name) ?? [];
    const once = new Set(done);
    const lost = endings.filter(({ ending }) => !ending || 'lost' in ending);
    report.events += endings.length;
    report.handled += once.size;
    report.lost_reported += lost.length;
    report.unknown += lost.filter(({ n }) => once.has(n)).length;
    report.duplicated += done.length - once.size;
    report.reordered += done.filter((n, at) => at > 0 && n < (done[at - 1] as number)).length;
  }
  return report;
}

/** Why events were lost, and at which client. */
function reasons(clients: readonly ChaosClient[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, entry, endings } of clients) {
    for (const { ending = { lost: 'never ended' } } of endings) {
      if (!('lost' in ending)) continue;
      const why = `${name} (${entry.state}): ${ending.lost}`;
      counts[why] = (counts[why] ?? 0) + 1;
    }
  }
  return counts;
}

/** Compares each page with the last render of its instance. */
function countMismatches(clients: readonly ChaosClient[]): number {
  let mismatched = 0;
  for (const { entry } of clients) {
    const shown = document.createElement('div');
    shown.innerHTML = contents.get(entry.id) ?? 'nothing';
    if (withoutTicks(shown.innerHTML) !== withoutTicks(entry.root.innerHTML)) mismatched++;
  }
  return mismatched;
}

/** The ticks go on while one looks. */
function withoutTicks(text: string): string {
  return text.replace(/<p id="t">\d+<\/p>/, '');
}

async function until(isDone: () => boolean, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!isDone() && Date.now() < end) await pause(50);
}

/** The command line: the last line is JSON. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    },
  });
  const report = await runChaos(Number(values.seconds), Number(values.seed));
  if (!values.json) console.table(report);
  console.log(JSON.stringify(report));
  const isGood =
    report.duplicated + report.reordered + report.mismatched + report.leaked === 0 &&
    report.handled + report.lost_reported - report.unknown === report.events;
  process.exit(isGood ? 0 : 1);
}
