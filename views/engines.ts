// Owns the way to Express' own view engines: EJS, Pug, Eta, Handlebars and whatever else an application has set up.

import { LiveError } from './errors.ts';
import { type Html, raw } from './html.ts';

/** An Express application, as far as views go. */
export interface ViewApp {
  render(name: string, locals: object, done: (error: Error | null, html: string) => void): void;
}

/** Renders views through the application that the server is mounted in, which shows with the first request. */
export class Engine {
  #app: ViewApp | undefined;

  /** Takes note of the application. */
  use(app: ViewApp | undefined): void {
    this.#app ??= app;
  }

  /** Renders a view; its text is trusted, as it is where Express sends it. */
  render(name: string, locals: object): Promise<Html> {
    const app = this.#app;
    if (!app)
      throw new LiveError(
        'ERR_LIVE_NO_VIEWS',
        `view(${JSON.stringify(name)}): there is no Express application to render it.`,
      );
    return new Promise((resolve, reject) => {
      app.render(name, locals, (error, text) => (error ? reject(error) : resolve(raw(text))));
    });
  }
}
