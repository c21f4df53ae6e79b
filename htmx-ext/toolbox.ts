// Owns the way to the tools for developers: `window.liveview`, and when the part that has them is loaded. The tools themselves are in tools/.

import type { Fault } from '../protocol/patch.ts';
import { load, TOOLS_PART } from './parts.ts';
import { setTap, type Tap } from './tap.ts';
import { type LiveviewTools, TOOLS_KEY } from './tools-api.ts';

/** What the part holds. */
export interface ToolsPart extends LiveviewTools {
  readonly tap: Tap;
  /** Shows what a component has thrown. */
  fault(fault: Fault): void;
}

/** A page's way to the tools. */
export interface Toolbox {
  fault(fault: Fault): void;
  /** Loads the tools where they were left on; otherwise undefined. */
  reopen(): Promise<unknown> | undefined;
}

/**
 * Offers the tools to the page's developer. They are loaded when they are called, and where they were left on; but not before the page is there: it says
 * where the router is.
 */
export function createToolbox(base: () => string): Toolbox {
  const open = async () => {
    if (document.readyState === 'loading')
      await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve));
    const part = await load<ToolsPart>(base(), 'liveview-tools.js', TOOLS_PART);
    setTap(part.tap);
    return part;
  };
  /** Where nobody called, a page has no error of it. */
  const tryOpen = (use = (_: ToolsPart) => {}) =>
    open().then(use, (error) => console.warn('htmx-liveview: no tools:', error));
  const call = (name: keyof LiveviewTools) => (value?: never) => void open().then((tools) => tools[name](value));
  Object.assign(globalThis, {
    liveview: { debug: call('debug'), latency: call('latency'), highlight: call('highlight') } satisfies LiveviewTools,
  });
  // another tab, or the inspector, turns them on for all
  addEventListener('storage', ({ key, newValue }) => key === TOOLS_KEY && newValue && void tryOpen());
  return {
    fault: (fault) => void tryOpen((tools) => tools.fault(fault)),
    reopen: () => (isOn() ? tryOpen() : undefined),
  };
}

function isOn(): boolean {
  try {
    return localStorage.getItem(TOOLS_KEY) !== null;
  } catch {
    return false; // no storage, or it is forbidden
  }
}
