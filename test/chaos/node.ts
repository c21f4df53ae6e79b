// One node of the chaos on several: its own process, which may end at any time. DURABLE in the environment says how its state is kept.
import { serveNode } from '../support/node-program.ts';
import type { NodeState } from './cluster.ts';
import { Log, readLogs } from './log.ts';
import { trace } from './trace.ts';

const { DURABLE } = process.env;
Object.assign(Log, { durable: DURABLE === 'sync' ? 'sync' : DURABLE === 'behind' });

await serveNode({
  components: [Log],
  options: { heartbeat: 1000, onRefusal: ({ kind, detail }) => trace('refused', kind, detail) },
  drain: 2_000,
  async page(live, request) {
    const names = String(request.query.names).split(',');
    return (await Promise.all(names.map((name) => live.render(request, Log, { name })))).join('');
  },
  answer: (_question, live): NodeState => ({ ...live.stats(), logs: readLogs() }),
});
