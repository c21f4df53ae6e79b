// Owns `browser`: from a click to the changed DOM in Chromium, for us and for what else there is.
import { chromium } from 'playwright-core';
import { Child } from '../child.mjs';
import { median } from '../median.mjs';
import { round, rounds } from '../rounds.mjs';
import { HAS_PEERS } from '../systems.mjs';

const ROW = { button: '#r-500 button', shown: '#r-500 td:nth-child(3)' };
const COUNTER = { button: '[lv-event=increment]', shown: 'output' };
const LIVE = '[data-id].lv-connected';

/** For each figure: whose page, where it is, what says that it is ready, and what is clicked and watched. */
const OURS = {
  counter: { system: 'pages', path: '/counter', ready: LIVE, ...COUNTER },
  row: { system: 'pages', path: '/rows', ready: LIVE, ...ROW },
  counter_beside_rows: { system: 'pages', path: '/both', ready: `${LIVE} ~ ${LIVE}`, ...COUNTER },
};
const PEERS = {
  liveviewjs_row: { system: 'liveviewjs', path: '/rows', ready: '.phx-connected', ...ROW },
  morph_row: { system: 'pages', path: '/morph', ready: 'body', ...ROW },
  innerhtml_row: { system: 'pages', path: '/innerhtml', ready: 'body', ...ROW },
};
const CASES = { ...OURS, ...(HAS_PEERS ? PEERS : {}) };

const ARGS =
  '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS.split(' ') });

/** Opens a page in a profile of its own. */
async function open(browser, servers, { system, path, ready }) {
  const tab = await (await browser.newContext()).newPage();
  await tab.goto(`http://127.0.0.1:${servers[system].port}${path}`);
  await tab.waitForSelector(ready);
  return tab;
}

/** Runs in the page: clicks for a while. Gives the ms from each click to the DOM, and of these the ones inside apply. */
async function click([button, shown, ms]) {
  const text = () => document.querySelector(shown).textContent;
  const changed = () =>
    new Promise((done) => {
      const before = text();
      const observer = new MutationObserver(() => {
        if (text() === before) return;
        observer.disconnect();
        done(performance.now());
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  let [begun, apply] = [0, 0];
  document.addEventListener('liveview:before-update', () => (begun = performance.now()));
  document.addEventListener('liveview:after-update', () => (apply = performance.now() - begun));
  const results = [];
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const change = changed();
    const start = performance.now();
    document.querySelector(button).click();
    results.push([(await change) - start, apply]);
    // htmx settles a swap after 20 ms, and what was drawn is drawn by then
    await new Promise((done) => setTimeout(done, 50));
  }
  return results;
}

/** Each page warms up, then they take turns. */
export async function browser({ quick }) {
  const ms = quick ? 900 : 4000;
  const servers = {};
  for (const { system } of Object.values(CASES)) servers[system] ??= await Child.start(system);
  const chrome = await launch();
  const tabs = {};
  for (const [name, at] of Object.entries(CASES)) tabs[name] = await open(chrome, servers, at);
  const run = async (name) => {
    await tabs[name].bringToFront();
    return tabs[name].evaluate(click, [CASES[name].button, CASES[name].shown, ms]);
  };
  for (const name of Object.keys(CASES)) await run(name);
  const found = await rounds(Object.keys(CASES), quick ? 3 : 7, async (name) => {
    const times = await run(name);
    return { ms: median(times.map(([ms]) => ms)), apply: median(times.map(([, apply]) => apply)) };
  });
  await chrome.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return figures(found);
}

function figures({ row, counter, counter_beside_rows: beside, ...peers }) {
  const others = Object.entries(peers).map(([name, { ms }]) => [`${name}_ms`, round(ms, 2)]);
  return {
    counter_ms: round(counter.ms, 2),
    row_ms: round(row.ms, 2),
    row_apply_ms: round(row.apply, 2),
    counter_beside_rows_ms: round(beside.ms, 2),
    ...Object.fromEntries(others),
    morph_to_row: peers.morph_row ? round(peers.morph_row.ms / row.ms, 1) : null,
    beside_to_alone: round(beside.ms / counter.ms, 2),
  };
}
