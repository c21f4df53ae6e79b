// What a page's developer gets as `window.liveview`.

/** The tools for developers, as `window.liveview`. What they are set to is kept, so it holds after a reload too. */
export interface LiveviewTools {
  /**
   * Logs in the console what comes and goes.
   * @param on Default true.
   */
  debug(on?: boolean): void;
  /**
   * Makes the network slower.
   * @param ms Milliseconds for there and back; 0 turns it off.
   */
  latency(ms?: number): void;
  /**
   * Shows on the page what each update touches.
   * @param on Default true.
   */
  highlight(on?: boolean): void;
}
