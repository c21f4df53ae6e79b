// Owns the API reference: Markdown pages made of the docstrings of everything that package.json exports.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Application, ReflectionKind } from 'typedoc';
import { API, DOCS, ROOT } from './paths.mjs';

/** Every entry point that has types: what a user imports it by, and the source file. A test holds tsconfig.json's list to what package.json exports. */
const { paths } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')).compilerOptions;
export const ENTRIES = Object.entries(paths).map(([name, [file]]) => ({ name, file: join(ROOT, file) }));

/** Writes the reference to docs/api. Throws where the sources have faults, or a docstring links to nothing. */
export async function writeReference() {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: ENTRIES.map(({ file }) => file),
    tsconfig: join(DOCS, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    out: join(DOCS, API),
    docsRoot: DOCS,
    name: 'API reference',
    readme: 'none',
    logLevel: 'Warn',
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    // what a public type is made of is shown where it is used
    validation: { notExported: false, invalidLink: true, rewrittenLink: true },
    groupOrder: ['Functions', 'Classes', 'Interfaces', '*'],
    parametersFormat: 'table',
  });
  const project = await app.convert();
  if (!project) throw new Error('The reference could not be made.');
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) module.name = importedAs(module.name);
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('The docstrings have faults: see above.');
}

/** What a user imports a module by. TypeDoc calls it by its file. */
function importedAs(module) {
  const entry = ENTRIES.find(({ file }) => relative(ROOT, file).replace(/(?:\/index)?\.ts$/, '') === module);
  if (!entry) throw new Error(`Expected an entry point of package.json, got the module ${module}.`);
  return entry.name;
}
