// Firefox ESR, which speaks WebDriver BiDi by itself. Each tab is in a container of its own, with its own cookies.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, makeFolder, removeFolder, startProgram } from '../proxies/program.ts';
import { Bidi } from './bidi.ts';
import { asExpression, type Engine, type EngineKind, Tab, type Work } from './tab.ts';

/** It asks nobody outside of this machine; the rest is set by the browser itself where it is driven. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

export const FIREFOX: EngineKind = {
  name: 'Firefox ESR',
  programs: ['firefox-esr'],
  // an open EventSource or fetch rules it out, even one that is closed on the click, in beforeunload or in pagehide: it must have
  // been closed some time before. One in a SharedWorker does not count.
  keepsPages: false,
  async start(): Promise<Engine> {
    const [port, folder] = [await freePort(), await makeFolder()];
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${value});\n`);
    await writeFile(join(folder, 'user.js'), lines.join(''));
    const args = ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', String(port)];
    const end = await startProgram({ command: 'firefox-esr', args, env: { HOME: folder } }, { port, folder });
    const bidi = await Bidi.connect(port);
    const stop = async () => {
      bidi.close();
      await end();
      removeFolder(folder);
    };
    return { open: () => FirefoxTab.open(bidi), stop };
  },
};

class FirefoxTab extends Tab {
  readonly #bidi: Bidi;
  readonly #user: string;
  readonly #context: string;

  private constructor(bidi: Bidi, user: string, context: string) {
    super();
    this.#bidi = bidi;
    this.#user = user;
    this.#context = context;
  }

  static async open(bidi: Bidi): Promise<Tab> {
    const { userContext } = await bidi.send<{ userContext: string }>('browser.createUserContext', {});
    const created = { type: 'tab', userContext };
    const { context } = await bidi.send<{ context: string }>('browsingContext.create', created);
    return new FirefoxTab(bidi, userContext, context);
  }

  async goto(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { url, wait: 'complete' });
  }

  async back(): Promise<void> {
    await this.#send('browsingContext.traverseHistory', { delta: -1 });
  }

  async evaluate<Args extends unknown[], Result>(work: Work<Args, Result>, ...args: Args): Promise<Result> {
    const { exceptionDetails, result } = await this.#bidi.send<Evaluated>('script.evaluate', {
      expression: asExpression(work, args),
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (!result) throw new Error(exceptionDetails?.text);
    return JSON.parse(result.value);
  }

  async click(selector: string): Promise<void> {
    const locator = { type: 'css', value: selector };
    const { nodes } = await this.#send<{ nodes: object[] }>('browsingContext.locateNodes', { locator });
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: nodes[0] } },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await this.#send('input.performActions', { actions: [{ type: 'pointer', id: 'mouse', actions }] });
  }

  async close(): Promise<void> {
    await this.#bidi.send('browser.removeUserContext', { userContext: this.#user });
  }

  #send<Result>(method: string, params: object): Promise<Result> {
    return this.#bidi.send(method, { context: this.#context, ...params });
  }
}

interface Evaluated {
  readonly result?: { readonly value: string };
  readonly exceptionDetails?: { readonly text: string };
}
