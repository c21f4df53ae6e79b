// Owns the installation of system programs by apt-get, with their services kept from starting.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Debian's packages ask this program whether they may start a service; 101 says no. */
const POLICY = '/usr/sbin/policy-rc.d';

export const canInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Whether apt knows a package, by the lists that it has. */
export const isKnown = (name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;

/** Installs Debian packages; says in one line if that can't be. */
export function install(packages, purpose) {
  if (packages.length === 0) return;
  const names = packages.join(', ');
  if (!canInstall()) {
    console.log(`Not installed: ${names}, for ${purpose}: that needs root and apt-get.`);
    return;
  }
  console.log(`Installing ${names} for ${purpose}…`);
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    aptGet('update', '-qq');
    aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch (error) {
    console.log(`Not installed: ${names}: ${error.message}`);
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
