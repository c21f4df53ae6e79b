/** Bundles `entries` into `dist/NAME/`; with `sources` they bring the sources of the package along, otherwise they run against what was built. */
export function bundle(name: string, entries: readonly string[], options?: { sources?: boolean }): Promise<void>;
