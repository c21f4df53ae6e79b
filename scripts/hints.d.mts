/** For JetBrains' editors. */
export function webTypes(version: string): unknown;

/** For VS Code. */
export function htmlData(): unknown;
