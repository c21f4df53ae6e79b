// Owns the verdict of a run: what pages were told of their events, against the state that is there in the end.
import type { ChaosClient, Sent } from './clients.ts';
import type { LogState } from './log.ts';

/** What a run found. */
export interface Report {
  events: number;
  /** Events in the final state. */
  handled: number;
  lost_reported: number;
  /** Reported lost although the server had handled it. */
  unknown: number;
  /** Handled twice, or begun again by a state that was kept in the middle of an event. */
  duplicated: number;
  reordered: number;
  /** Pages that don't show what their instance rendered; all of them are live. */
  mismatched: number;
  leaked: number;
  /** Settled with 200, and not in the final state. */
  state_lost: number;
}

/** Judges events: `mismatched` and `leaked` are 0 here. */
export function judge(clients: readonly ChaosClient[], logs: readonly LogState[]): Report {
  const found = clients.map((client) =>
    judgeClient(
      client,
      logs.find(({ id }) => id === client.entry.id),
    ),
  );
  const sum = (key: keyof Report) => found.reduce((all, each) => all + each[key], 0);
  const keys = Object.keys(found[0] as Report) as (keyof Report)[];
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as unknown as Report;
}

function judgeClient(client: ChaosClient, log: LogState | undefined): Report {
  const { begun = [], handled = [] } = log ?? {};
  const once = new Set(handled);
  const lost = client.endings.filter(({ ending }) => !ending || 'lost' in ending);
  return {
    events: client.endings.length,
    handled: once.size,
    lost_reported: lost.length,
    unknown: lost.filter(({ n }) => once.has(n)).length,
    duplicated: handled.length - once.size + begun.length - new Set(begun).size,
    reordered: handled.filter((n, at) => at > 0 && n < (handled[at - 1] as number)).length,
    mismatched: 0,
    leaked: 0,
    state_lost: lostState(client, log).length,
  };
}

/** The events whose page was told that they were done, and which are not in the state. */
export function lostState({ endings }: ChaosClient, log: LogState | undefined): Sent[] {
  const once = new Set(log?.handled);
  return endings.filter(({ n, ending }) => ending && 'status' in ending && ending.status === 200 && !once.has(n));
}

/** Events that ended with another status, and how often. */
export function statuses(clients: readonly ChaosClient[]): Record<string, number> {
  return count(clients, ({ ending }) =>
    ending && 'status' in ending && ending.status !== 200 ? `${ending.status}` : '',
  );
}

/** Why events were lost, and at which client. */
export function reasons(clients: readonly ChaosClient[]): Record<string, number> {
  return count(clients, ({ ending = { lost: 'never ended' } }, { name, entry }) =>
    'lost' in ending ? `${name} (${entry.state}): ${ending.lost}` : '',
  );
}

function count(clients: readonly ChaosClient[], nameOf: (sent: Sent, client: ChaosClient) => string) {
  const counts: Record<string, number> = {};
  for (const client of clients)
    for (const sent of client.endings) {
      const name = nameOf(sent, client);
      if (name) counts[name] = (counts[name] ?? 0) + 1;
    }
  return counts;
}

/** Compares each page with the last render of its instance. */
export function countMismatches(clients: readonly ChaosClient[], logs: readonly LogState[]): number {
  const differing = clients.filter(({ name, entry }) => {
    const [shown, rendered] = [entry.root.innerHTML, logs.find(({ id }) => id === entry.id)?.content ?? 'nothing'];
    const differs = withoutTicks(shown) !== withoutTicks(asWritten(rendered));
    if (differs) console.error(name, entry.state, entry.version, 'shows', shown, 'of', rendered);
    return differs;
  });
  return differing.length;
}

/** As the DOM writes it. */
function asWritten(content: string): string {
  const element = document.createElement('div');
  element.innerHTML = content;
  return element.innerHTML;
}

/** The ticks go on while one looks. */
function withoutTicks(text: string): string {
  return text.replace(/<p id="t">\d+<\/p>/, '');
}

/** Whether nothing is wrong: every event is in the state, or its page was told that it is not. */
export function isGood(report: Report): boolean {
  const { events, handled, lost_reported, unknown, duplicated, reordered, mismatched, leaked, state_lost } = report;
  return (
    duplicated + reordered + mismatched + leaked + state_lost === 0 && handled + lost_reported - unknown === events
  );
}
