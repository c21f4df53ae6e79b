// WebKitGTK's own small browser, by WebDriver over HTTP, on a screen that nobody sees. Each tab is a browser of its own.
import { freePort, makeFolder, removeFolder, startProgram } from '../proxies/program.ts';
import { asExpression, type Engine, type EngineKind, Tab, type Work } from './tab.ts';

/** By what WebDriver names an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** A display's number and this make its port. */
const DISPLAYS = 6000;

export const WEBKIT: EngineKind = {
  name: 'WebKitGTK',
  programs: ['WebKitWebDriver', 'Xvfb'],
  keepsPages: true,
  async start(): Promise<Engine> {
    const folder = await makeFolder();
    const [screen, port] = [await freePort(), await freePort()];
    const display = String(screen - DISPLAYS);
    const shown = ['-screen', '0', '1000x800x24', '-listen', 'tcp', '-nolisten', 'unix', '-nolisten', 'local'];
    const endScreen = await startProgram(
      { command: 'Xvfb', args: [`:${display}`, ...shown] },
      { port: screen, folder },
    );
    const env = { DISPLAY: `127.0.0.1:${display}`, GDK_BACKEND: 'x11', HOME: folder };
    const endDriver = await startProgram(
      { command: 'WebKitWebDriver', args: [`--port=${port}`], env },
      { port, folder },
    );
    const stop = async () => {
      await endDriver();
      await endScreen();
      removeFolder(folder);
    };
    return { open: () => WebKitTab.open(`http://127.0.0.1:${port}/session`), stop };
  },
};

class WebKitTab extends Tab {
  readonly #session: string;

  private constructor(session: string) {
    super();
    this.#session = session;
  }

  static async open(sessions: string): Promise<Tab> {
    const { sessionId } = await ask<{ sessionId: string }>('POST', sessions, { capabilities: {} });
    return new WebKitTab(`${sessions}/${sessionId}`);
  }

  goto(url: string): Promise<void> {
    return this.#post('url', { url });
  }

  back(): Promise<void> {
    return this.#post('back');
  }

  async evaluate<Args extends unknown[], Result>(work: Work<Args, Result>, ...args: Args): Promise<Result> {
    const call = asExpression(work, args);
    const script = `const done = arguments[0]; ${call}.then((json) => done({ json }), (error) => done({ error: String(error) }));`;
    const { json, error } = await this.#post<{ json?: string; error?: string }>('execute/async', { script, args: [] });
    if (json === undefined) throw new Error(error);
    return JSON.parse(json);
  }

  async click(selector: string): Promise<void> {
    const found = await this.#post<Record<string, string>>('element', { using: 'css selector', value: selector });
    await this.#post(`element/${found[ELEMENT]}/click`);
  }

  close(): Promise<void> {
    return ask('DELETE', this.#session);
  }

  #post<Result>(command: string, body: object = {}): Promise<Result> {
    return ask('POST', `${this.#session}/${command}`, body);
  }
}

/** A WebDriver command. Its answer is always an object with a value. */
async function ask<Result>(method: string, url: string, body?: object): Promise<Result> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value as Result;
}
