/** Installs Debian packages; says in one line if that can't be. */
export function install(packages: readonly string[], purpose: string): void;
