import { subscribe } from 'node:diagnostics_channel';
import type { MonitorMessages } from 'htmx-liveview';

subscribe('htmx-liveview:event', (message) => {
  const { component, name, ms } = message as MonitorMessages['event'];
  if (ms > 200) console.warn(`slow: ${component} ${name} took ${Math.round(ms)} ms`);
});
