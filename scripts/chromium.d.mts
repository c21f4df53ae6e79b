/** The path of the whole browser, or of what else there is. */
export function findChromium(): string | undefined;

/** The path of the headless shell, or of what else there is. */
export function findShell(): string | undefined;
