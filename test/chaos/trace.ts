/** Says what happens, for who looks into a run: CHAOS_TRACE=1. */
export const trace = process.env.CHAOS_TRACE
  ? (...said: unknown[]) => console.error(Date.now() % 1e6, process.pid, ...said)
  : () => {};
