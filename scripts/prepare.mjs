// Makes a fresh clone ready: installs what is missing, builds, and with --test finds the system programs that tests need;
// with --engines also those that only `npm run test:engines` needs, with --bench what the benchmarks compare with, and with --docs what makes the docs' site.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findShell, lacksShell } from './chromium.mjs';
import { canInstall, install, isKnown } from './install.mjs';

const run = (command, args) => execFileSync(command, args, { stdio: 'inherit' });

// `install`, not `ci`: a lock file that was written on one platform may lack the optional packages of another
if (isStale('.')) run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--include=dev']);
// the docs' site is made of the sources
if (!process.argv.includes('--docs')) run(process.execPath, ['scripts/build.mjs']);
if (process.argv.includes('--test')) {
  installChromium();
  installRedis();
}
if (process.argv.includes('--engines')) installEngines();
if (process.argv.includes('--bench')) installPeers();
if (process.argv.includes('--docs') && isStale('docs'))
  run('npm', ['install', '--prefix', 'docs', '--no-save', '--no-audit', '--no-fund', '--include=dev']);

/** Whether a folder's node_modules is missing, or was installed from another lock file. */
function isStale(folder) {
  const [wanted, found] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
    versions(`${folder}/${file}`),
  );
  return !found || Object.entries(wanted).some(([path, version]) => path && found[path] !== version);
}

function versions(file) {
  if (!existsSync(file)) return undefined;
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  const installed = Object.entries(packages).filter(([, entry]) => !entry.optional && !entry.devOptional);
  return Object.fromEntries(installed.map(([path, { version }]) => [path, version]));
}

/** The browser suites need Chromium: its headless shell, where that can be had. */
function installChromium() {
  const purpose = 'the browser suites';
  const isWorthIt = !findShell() || isKnown('chromium-headless-shell'); // else each run would look for it in vain
  if (lacksShell() && canInstall() && isWorthIt) install(['chromium-headless-shell'], purpose);
  if (!findShell()) install(['chromium'], purpose);
}

/** The suites of many nodes need a Redis, which they start by themselves. */
function installRedis() {
  const places = [process.env.REDIS_SERVER, '/usr/bin/redis-server', '/usr/local/bin/redis-server'];
  if (!places.some((path) => path && existsSync(path))) install(['redis-server'], 'the suites of many nodes');
}

/** Debian's browsers, what drives them, and a screen for the one that can't do without. */
function installEngines() {
  const packages = {
    chromium: 'chromium',
    'firefox-esr': 'firefox-esr',
    WebKitWebDriver: 'webkit2gtk-driver',
    Xvfb: 'xvfb',
  };
  const missing = Object.entries(packages).filter(([program]) => !existsSync(`/usr/bin/${program}`));
  install(
    missing.map(([, name]) => name),
    'the engine suite',
  );
}

/** Where there is no registry, benchmarks do without. */
function installPeers() {
  try {
    run('npm', ['install', '--prefix', 'bench', '--package-lock=false', '--no-audit', '--no-fund']);
  } catch {
    console.log('The peers could not be installed: they are left out.');
  }
}
