// Builds the documentation's site into docs/.vitepress/dist: the reference from the docstrings, pages for the files that the docs link to, the site, and
// the checks of what came out. With --serve it shows the pages instead, as they are written. DOCS_BASE is the path under which the site
// will be, such as /liveview/; default /.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer } from 'vitepress';
import { checkSite } from './.vitepress/check.mjs';
import { API, DOCS, ROOT } from './.vitepress/paths.mjs';
import { writeReference } from './.vitepress/reference.mjs';
import { writeSourcePages, writeStart } from './.vitepress/source.mjs';

async function step(name, work) {
  const began = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

rmSync(join(DOCS, API), { recursive: true, force: true });
mkdirSync(join(DOCS, 'public'), { recursive: true });
copyFileSync(join(ROOT, 'examples/public/icon.svg'), join(DOCS, 'public/icon.svg'));
await step('reference', writeReference);
writeStart();
writeSourcePages();
if (process.argv.includes('--serve')) {
  const server = await createServer(DOCS);
  await server.listen();
  server.printUrls();
} else {
  await step('site', () => build(DOCS));
  console.log(await step('checks', checkSite));
}
