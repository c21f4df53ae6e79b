// One node of `cluster`: a process of its own.
import { serveNode } from '../../test/support/node-program.ts';
import { counters, Plain, readCounts } from './counters.ts';

/** Milliseconds that a drain may take: the default of live.drain(), or less where it shall be quick. */
const drain = Number(process.env.DRAIN);
/** A load generator is a flood. */
const limits = { events: 1e9, burst: 1e9 };

await serveNode({
  components: counters,
  options: { limits },
  drain,
  page: async (live, request) =>
    String(await live.render(request, counters.find(({ component }) => component === request.query.of) ?? Plain)),
  answer: readCounts,
});
