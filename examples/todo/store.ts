// Where the to-dos are kept: one list for each express-session. A real app would ask a database.
import { topic } from 'htmx-liveview';

export interface Todo {
  readonly id: number;
  text: string;
  done: boolean;
}

/** Published with the owner of a list that has changed, so that all tabs of that owner show it. */
export const changes = topic<string>('todos');

/** So many to-dos each may have, and so many lists are kept. */
const MOST = 100;
const MOST_OWNERS = 10_000;
const lists = new Map<string, Todo[]>();
let lastId = 0;

export function todosOf(owner: string): Todo[] {
  return lists.get(owner) ?? [];
}

export function addTodo(owner: string, text: string): void {
  const list = [...todosOf(owner), { id: ++lastId, text, done: false }].slice(-MOST);
  lists.delete(owner);
  lists.set(owner, list);
  const [first] = lists.keys(); // whose list was added to the longest ago
  if (lists.size > MOST_OWNERS && first !== undefined) lists.delete(first);
}

export function removeTodo(owner: string, id: number): void {
  lists.set(
    owner,
    todosOf(owner).filter((todo) => todo.id !== id),
  );
}
