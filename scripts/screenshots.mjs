// The pictures of the examples: npm run screenshots, or npm run screenshots -- chat job for some of them.
// It serves the gallery on a free port, brings each example into a telling state in Chromium, and writes docs/images/NAME.png.
import { statSync } from 'node:fs';
import { createApp } from '../dist/examples/app.js';
import { FOLDER, openCamera } from './camera.mjs';

const WIDTH = 640;
const HEIGHT = 400;
/** The words around an example are beside its picture. */
const STYLE = '.about, .next, footer { visibility: hidden }';
const MOST_BYTES = 60_000;

/** Each example: its name, its path, and what makes it telling. `another` opens the page for somebody else. The gallery shows all others: it is last. */
const SHOTS = [
  ['counter', '/counter', ({ page }) => clickTimes(page.getByLabel('one more').first(), 3)],
  ['clock', '/clock', ({ page }) => page.getByText('2 ticks').waitFor()],
  ['todo', '/todo', ({ page }) => writeTodos(page, 'Write the talk', 'Buy milk', 'Call Ada')],
  ['chat', '/chat', chat],
  ['vote', '/vote', vote],
  ['presence', '/presence', presence],
  ['notifications', '/notifications', notifications],
  ['tictactoe', '/tictactoe', tictactoe],
  ['kanban', '/kanban'],
  ['wizard', '/wizard', wizard],
  ['upload', '/upload', upload],
  ['table', '/table', table],
  ['infinite', '/infinite'],
  ['dashboard', '/dashboard', dashboard],
  ['job', '/job', job],
  ['existing', '/existing'],
  ['renderers', '/renderers', ({ page }) => clickTimes(page.getByText('Take').nth(2), 2)],
  ['gallery', '/'],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SHOTS.some(([known]) => known === name));
if (unknown.length > 0)
  throw new Error(`No example is called ${unknown}. Known: ${SHOTS.map(([name]) => name).join(', ')}.`);
const shots = SHOTS.filter(([name]) => wanted.length === 0 || wanted.includes(name));
const secret = 'only for pictures, which nobody visits';
const { base, browser, close } = await openCamera(createApp({ session: secret, live: secret }, { onRefusal() {} }));
try {
  for (const [name, path, act] of shots) await shoot(name, path, act);
} finally {
  await close();
}

async function shoot(name, path, act) {
  const { status } = await fetch(base + path);
  if (status !== 200) return console.log(`Skipped: ${path} is not served (${status}).`);
  const page = await visit(path);
  await act?.({ page, another: () => visit(new URL(page.url()).pathname) });
  const file = `${FOLDER}/${name}.png`;
  await page.screenshot({ path: file, clip: await frame(page), style: STYLE, animations: 'disabled' });
  const { size } = statSync(file);
  console.log(`${file}: ${size} bytes`);
  if (size > MOST_BYTES)
    throw new Error(`${file} has ${size} bytes. Expected at most ${MOST_BYTES}: show less of the page.`);
  for (const context of browser.contexts()) await context.close();
}

/** From the component's card on; of the gallery, from its first group. */
async function frame(page) {
  const top = await page.evaluate(() => {
    scrollTo(0, 0);
    const root = document.querySelector('main [data-component]');
    const first = document.querySelector('.group') ?? root.closest('.card') ?? root;
    return Math.max(0, first.getBoundingClientRect().top - 16);
  });
  await page.setViewportSize({ width: WIDTH, height: Math.ceil(top) + HEIGHT });
  return { x: 0, y: top, width: WIDTH, height: HEIGHT };
}

/** Opens a page in a browser of its own, and waits until it is live. */
async function visit(path) {
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: 900 },
    colorScheme: 'light',
    bypassCSP: true,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(base + path);
  await page.waitForFunction(() => {
    const roots = [...document.querySelectorAll('[data-component]')];
    return roots.length > 0 && roots.every((root) => root.classList.contains('lv-connected'));
  });
  return page;
}

// --- What makes an example telling -----------------------------------------------------------------------------------

async function clickTimes(button, times) {
  for (let n = 0; n < times; n++) await button.click();
}

async function writeTodos(page, ...todos) {
  for (const todo of todos) {
    await page.getByLabel('What is there to do?').fill(todo);
    await page.getByText('Add', { exact: true }).click();
    await page.getByLabel(`Remove ${todo}`).waitFor();
  }
  await page.getByText(todos[0]).click();
  await page.getByText(`${todos.length - 1} left`).waitFor();
}

async function chat({ page, another }) {
  const say = async (from, name, text) => {
    await from.getByLabel('Name').fill(name);
    await from.getByLabel('Message').fill(text);
    await from.getByText('Send', { exact: true }).click();
    await page.getByText(text).waitFor();
  };
  const other = await another();
  await say(page, 'Ada', 'Does this need a websocket?');
  await say(other, 'Bob', 'No: one stream comes down, and POSTs go up.');
  await say(page, 'Ada', 'And through our proxy?');
  await say(other, 'Bob', 'It is plain HTTP.');
}

async function vote({ page, another }) {
  for (const drink of ['Tea', 'Coffee', 'Coffee']) await (await another()).getByRole('button', { name: drink }).click();
  await page.getByText('3 votes so far').waitFor();
}

async function presence({ page, another }) {
  for (const [at, name] of ['Ada', 'Bob', 'Eve'].entries()) {
    const other = await another();
    await other.getByLabel('Your name').fill(name);
    await other.getByRole('button', { name: 'That is me' }).click();
    const { x, y, width } = await other.locator('svg').boundingBox();
    await other.mouse.move(x + width * (0.2 + at * 0.24), y + width * (0.1 + (at % 2) * 0.2));
    await page.locator('#pointers').getByText(name).waitFor();
  }
}

async function notifications({ page, another }) {
  const other = await another();
  for (const [level, text] of [
    ['success', 'The backup is done.'],
    ['warning', 'The disk is nearly full.'],
    ['error', 'The mail server does not answer.'],
  ]) {
    await other.getByLabel('What to say').fill(text);
    await other.getByLabel('How it is meant').selectOption(level);
    await other.getByRole('button', { name: 'To all' }).click();
    await page.locator('#toasts').getByText(text).waitFor();
  }
}

async function tictactoe({ page, another }) {
  const players = [page, await another()];
  for (const [turn, cell] of [4, 0, 2, 1, 6].entries()) {
    const button = `.cells button:nth-child(${cell + 1})`;
    await players[turn % 2].click(`${button}:enabled`);
    for (const player of players) await player.locator(`${button}:not(:empty)`).waitFor();
  }
}

async function upload({ page }) {
  const file = (name, size) => ({ name, mimeType: 'image/png', buffer: Buffer.alloc(size, 65) });
  await page.setInputFiles('input[type=file]', [file('harbour.png', 812_345), file('lighthouse.png', 1_204_567)]);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.list li').nth(1).waitFor();
  const network = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_000_000 };
  await network.send('Network.emulateNetworkConditions', slow);
  await page.setInputFiles('input[type=file]', [file('sunrise.png', 4_500_000)]);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/^[3-9]\d %$/).waitFor();
}

async function job({ page }) {
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText(/^[4-9]\d %$/).waitFor();
}

async function wizard({ page }) {
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('Your e-mail address').fill('ada@');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.locator('[aria-invalid=true]').waitFor();
}

async function table({ page }) {
  await page.getByPlaceholder('Name or region').fill('north');
  await page.getByText('page 1 of').filter({ hasNotText: '1,000' }).waitFor();
  await page.getByRole('button', { name: 'Length' }).click();
  await page.locator('[aria-sort]').filter({ hasText: 'Length' }).waitFor();
}

/** Twelve seconds with something to measure. */
async function dashboard({ page, another }) {
  const other = await another();
  for (let second = 0; second < 12; second++) {
    for (let n = 0; n < (second * 7) % 10; n++) await fetch(`${base}/clock`);
    await other.waitForTimeout(1000);
  }
  await page.bringToFront();
}
