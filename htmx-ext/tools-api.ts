// What a page's developer gets as `window.liveview`, and what is kept of it.

/**
 * The tools for developers, as `window.liveview`. What they are set to is kept in `localStorage`, so it holds for all pages of the site, after a reload
 * too. Each call says in the console what it did. Nothing of them is loaded until one is called.
 * @example liveview.debug(); liveview.latency(800);
 */
export interface LiveviewTools {
  /**
   * Logs in the console what goes on: the connection, subscribes, each event with its fields and how it ended, each update with its regions, bytes and
   * time. What stands in password fields is never logged.
   * @param on Default true.
   * @example liveview.debug(); // and liveview.debug(false)
   */
  debug(on?: boolean): void;
  /**
   * Makes the network slower: half of the time passes on the way to the server, half on the way back. A badge on the page says so.
   * @param ms Milliseconds from 0 to 5000 for there and back; 0 turns it off. Default 500.
   * @example liveview.latency(1000); // and liveview.latency(0)
   */
  latency(ms?: number): void;
  /**
   * Shows on the page what each update touches: a frame around it for a moment, and a dashed one around a component whose whole content came.
   * @param on Default true.
   * @example liveview.highlight(); // and liveview.highlight(false)
   */
  highlight(on?: boolean): void;
}

/** The name in `localStorage`. */
export const TOOLS_KEY = 'liveview';

/** What is kept in `localStorage`, as JSON under {@link TOOLS_KEY}. */
export interface ToolSettings {
  readonly debug?: true;
  readonly highlight?: true;
  readonly latency?: number;
}
