// The part for developers, a file of its own: what `window.liveview` does, and the word on what a component has thrown. It is loaded
// when one of them is called for, and is told through its tap what goes on.

import { TOOLS_PART } from '../parts.ts';
import type { ToolsPart } from '../toolbox.ts';
import { TOOLS_KEY, type ToolSettings } from '../tools-api.ts';
import { showBadge } from './badge.ts';
import { createHighlight } from './highlight.ts';
import { createLatency } from './latency.ts';
import { createLog } from './log.ts';
import { createOverlay } from './overlay.ts';
import { keepSettings, MOST_LATENCY, readSettings } from './settings.ts';
import { followUpdates } from './updates.ts';

let settings: ToolSettings = {};
const latency = createLatency();
const log = createLog(() => settings.debug === true);
const highlight = createHighlight();
const overlay = createOverlay();
const follow = followUpdates(
  () => settings.highlight === true,
  (done) => {
    log.updated(done);
    if (settings.highlight) highlight.flash(done);
  },
);

function use(next: ToolSettings): void {
  settings = next;
  latency.set(next.latency ?? 0);
  showBadge(next.latency ?? 0, () => tools.latency(0));
}

/** Sets some of it, and says so. */
function change(some: { [Name in keyof ToolSettings]: ToolSettings[Name] | undefined }, said: string): void {
  const next = Object.fromEntries(Object.entries({ ...settings, ...some }).filter(([, value]) => value));
  use(next);
  const isKept = keepSettings(next);
  console.info(
    `htmx-liveview: ${said}${isKept ? '' : ' It ends with this page: nothing can be kept in localStorage.'}`,
  );
}

const tools: ToolsPart = {
  debug(on = true) {
    const how = on ? 'on, on every page of this site. liveview.debug(false) turns it off.' : 'off.';
    change({ debug: on ? true : undefined }, `the debug log is ${how}`);
  },
  latency(ms = 500) {
    if (typeof ms !== 'number' || !(ms >= 0 && ms <= MOST_LATENCY))
      return console.error(
        `htmx-liveview: liveview.latency(): expected milliseconds from 0 to ${MOST_LATENCY}, got ${String(ms)}.`,
      );
    const how = ms > 0 ? `${ms} ms, on every page of this site. liveview.latency(0) turns it off.` : 'off.';
    change({ latency: ms }, `the simulated latency is ${how}`);
  },
  highlight(on = true) {
    const how = on ? 'highlighted, on every page of this site. liveview.highlight(false) ends it.' : 'not highlighted.';
    change({ highlight: on ? true : undefined }, `what updates touch is ${how}`);
  },
  fault(fault) {
    log.fault(fault);
    overlay.show(fault);
  },
  tap: {
    event: log.event,
    update: follow,
    frame: latency.frame,
    leaves(post) {
      log.leaves(post);
      return latency.pass();
    },
    async answered(post, answer) {
      await latency.pass();
      await log.answered(post, answer);
    },
  },
};

/** What was left on is said at each start: nobody shall wonder. */
function start(): void {
  use(readSettings());
  const { debug, highlight: isLit, latency: ms } = settings;
  const on = [debug && 'debug()', isLit && 'highlight()', ms && `latency(${ms})`].filter(Boolean);
  if (on.length > 0)
    console.info(`htmx-liveview: still on: ${on.join(', ')}. liveview.…(false), or latency(0), turns it off.`);
}

addEventListener('storage', ({ key }) => {
  if (key === TOOLS_KEY || key === null) use(readSettings());
});
document.addEventListener('liveview:disconnected', latency.clear);
start();
Object.assign(globalThis, { [TOOLS_PART]: tools });
