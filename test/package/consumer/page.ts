// A consumer's page script in TypeScript: what the extension does to the page has types, and adds nothing to the page's own.
import type { LiveviewEvents, LiveviewTools } from 'htmx-liveview/liveview.js';
import type {} from 'htmx-liveview/liveview.min.js';

document.addEventListener('liveview:event-lost', (event) => {
  const { name, reason } = (event as CustomEvent<LiveviewEvents['liveview:event-lost']>).detail;
  document.title = name satisfies string;
  const reasons: ('full' | 'timeout' | 'gone' | 'reset')[] = [reason];
  // @ts-expect-error: an event that the page itself took back is not said to be lost
  const never: 'aborted' = reason;
  return [reasons, never];
});

document.addEventListener('liveview:reconnecting', (event) => {
  const { attempt, ms } = (event as CustomEvent<LiveviewEvents['liveview:reconnecting']>).detail;
  document.title = `try ${attempt.toFixed()}, again in ${ms.toFixed()} ms`;
});

const { liveview } = window as unknown as { liveview: LiveviewTools };
liveview.debug();
liveview.latency(300);
liveview.highlight(false);
// @ts-expect-error: milliseconds are a number
liveview.latency('300');
// @ts-expect-error: nothing is added to the types of the page
window.liveview;
