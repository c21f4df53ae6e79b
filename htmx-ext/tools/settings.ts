// Owns what is kept of the tools' settings, in localStorage. Anybody may write there, or forbid it.

import { TOOLS_KEY, type ToolSettings } from '../tools-api.ts';

/** Milliseconds. A POST without an answer counts as lost after 10 s, and this is part of it. */
export const MOST_LATENCY = 5_000;

/** Reads what is kept. What can't be meant counts as off. */
export function readSettings(): ToolSettings {
  try {
    const kept = JSON.parse(localStorage.getItem(TOOLS_KEY) ?? 'null') as Record<string, unknown> | null;
    const { debug, highlight, latency } = kept ?? {};
    return {
      ...(debug === true ? { debug } : {}),
      ...(highlight === true ? { highlight } : {}),
      ...(typeof latency === 'number' && latency > 0 && latency <= MOST_LATENCY ? { latency } : {}),
    };
  } catch {
    return {}; // no JSON, or no storage
  }
}

/** Keeps settings, and nothing where all is off; false where that can't be. */
export function keepSettings(settings: ToolSettings): boolean {
  try {
    if (Object.keys(settings).length === 0) localStorage.removeItem(TOOLS_KEY);
    else localStorage.setItem(TOOLS_KEY, JSON.stringify(settings));
    return true;
  } catch {
    return false;
  }
}
