// Who may come in. Yours are in a database; the passwords are hashed there as here.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

export interface User {
  readonly name: string;
  readonly role: 'member' | 'admin';
}

const hash = (password: string, salt: string) => scryptSync(password, salt, 32);
const users = new Map<string, User & { salt: string; hash: Buffer }>();

export function addUser(name: string, password: string, role: User['role'] = 'member'): void {
  const salt = randomBytes(16).toString('hex');
  users.set(name, { name, role, salt, hash: hash(password, salt) });
}

/** What may be known of a user: no hash leaves this file. */
export function findUser(name = ''): User | undefined {
  const found = users.get(name);
  return found && { name, role: found.role };
}

export function setRole(name: string, role: User['role']): boolean {
  const found = users.get(name);
  if (found) users.set(name, { ...found, role });
  return found !== undefined;
}

export function checkPassword(name: string, password: string): User | undefined {
  const found = users.get(name);
  const right = found?.hash ?? Buffer.alloc(32);
  const given = hash(password, found?.salt ?? 'as slow as if there was one');
  return timingSafeEqual(given, right) ? findUser(name) : undefined;
}
