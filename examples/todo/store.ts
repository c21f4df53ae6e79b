// Where the to-dos are kept: one list for each express-session. A real app would ask a database.
import { topic } from 'htmx-liveview';

export interface Todo {
  readonly id: number;
  text: string;
  done: boolean;
}

/** Published with the owner of a list that has changed, so that all tabs of that owner show it. */
export const changes = topic<string>('todos');

const lists = new Map<string, Todo[]>();
let lastId = 0;

export function todosOf(owner: string): Todo[] {
  const list = lists.get(owner) ?? [];
  lists.set(owner, list);
  return list;
}

export function addTodo(owner: string, text: string): void {
  todosOf(owner).push({ id: ++lastId, text, done: false });
}

export function removeTodo(owner: string, id: number): void {
  lists.set(
    owner,
    todosOf(owner).filter((todo) => todo.id !== id),
  );
}
