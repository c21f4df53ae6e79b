// Owns the word on the page that its network is made slow: nobody shall look for a fault that is none.

import { dock, make } from './layer.ts';

let badge: HTMLElement | undefined;

/** Shows how slow it is, or nothing at 0. */
export function showBadge(ms: number, turnOff: () => void): void {
  badge?.remove();
  badge = undefined;
  if (ms === 0) return;
  const off = make(
    'button',
    { type: 'button', 'aria-label': 'Turn the simulated latency off', title: 'Turn off' },
    '×',
  );
  off.onclick = turnOff;
  badge = make('div', { class: 'badge', role: 'status' }, `Simulated latency: ${ms} ms`, off);
  dock().append(badge);
}
