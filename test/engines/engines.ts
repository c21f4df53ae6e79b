// Which browsers there are, and a suite that runs in each of them.
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { findProgram } from '../proxies/program.ts';
import { HTMX } from '../support/browser.ts';
import { CHROMIUM } from './chromium.ts';
import { FIREFOX } from './firefox.ts';
import type { Engine, EngineKind, Tab } from './tab.ts';
import { WEBKIT } from './webkit.ts';

/** Under which a case runs. */
export interface Setting {
  readonly kind: EngineKind;
  /** Where the file is, and which of the two it is. */
  readonly htmx: string;
  readonly version: string;
}

export type Suite = (open: () => Promise<Tab>, setting: Setting) => void;

/** A suite that runs in every browser that is installed, one browser after the other, with each version of htmx. */
export function describeInEngines(name: string, suite: Suite): void {
  for (const kind of [CHROMIUM, FIREFOX, WEBKIT]) {
    const missing = kind.programs.filter((program) => !findProgram(program));
    if (missing.length > 0) console.log(`Skipped: ${kind.name}, because there is no ${missing.join(' and no ')}.`);
    describe.skipIf(missing.length > 0)(`${name}, ${kind.name}`, () => {
      let engine: Engine;
      const tabs: Tab[] = [];
      beforeAll(async () => {
        engine = await kind.start();
      });
      afterEach(async () => {
        for (const tab of tabs.splice(0)) await tab.close();
      });
      afterAll(() => engine?.stop());

      const open = async () => {
        const tab = await engine.open();
        tabs.push(tab);
        return tab;
      };
      describe.each(HTMX)('%s', (_, htmx, version) => suite(open, { kind, htmx, version }));
    });
  }
}
