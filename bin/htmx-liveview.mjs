#!/usr/bin/env node
// npx htmx-liveview my-app: copies examples/starter into a new folder, with secrets of its own. Asks nothing, installs nothing.
import { randomBytes } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const starter = join(import.meta.dirname, '../examples/starter');
/** What somebody who has tried the starter in its place has left there. */
const OURS = new Set(['node_modules', 'dist', '.env', 'package-lock.json']);

const [where] = process.argv.slice(2);
if (!where || where.startsWith('-')) {
  fail('Makes a live Express app in a new folder. Say which: npx htmx-liveview my-app', where === '--help' ? 0 : 1);
}
const folder = resolve(where);
const name = basename(folder);
if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name)) {
  fail(
    `'${name}' can't be the name of a package: it takes small letters, digits, and - _ . after the first. Nothing was made.`,
  );
}
const [there, seen] = [lstatSync, statSync].map((look) => look(folder, { throwIfNoEntry: false }));
if (there && !seen?.isDirectory()) fail(`${where} is no folder. Nothing was made.`);
if (there && readdirSync(folder).length > 0) fail(`${where} is not empty. Nothing was made.`);

mkdirSync(folder, { recursive: true });
cpSync(starter, folder, { recursive: true, filter: (path) => !OURS.has(basename(path)) });
renameSync(join(folder, 'gitignore'), join(folder, '.gitignore')); // npm leaves out what is called .gitignore
rewrite('package.json', (text) => text.replaceAll('my-app', name));
rewrite('README.md', (text) => text.replaceAll('my-app', name));
const secrets = readFileSync(join(folder, '.env.example'), 'utf8');
writeFileSync(
  join(folder, '.env'),
  secrets.replace(/^#.*\n/, '').replace(/SECRET=/g, () => `SECRET=${randomBytes(32).toString('base64')}`),
  {
    mode: 0o600,
  },
);
console.log(`${where} is ready, with secrets of its own in .env. Go on with:

  cd ${where} && npm install
  npm run dev`);

function rewrite(file, change) {
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
}

function fail(reason, code = 1) {
  console.error(reason);
  process.exit(code);
}
