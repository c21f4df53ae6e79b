// A form and a list. The list belongs to the express-session, so every tab of it shows the same.
import { html, type InvalidEvent, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { addTodo, changes, removeTodo, type Todo, todosOf } from './store.ts';

const byId = z.object({ id: z.coerce.number().int() });

export class TodoList extends LiveComponent<{}, { owner: string }> {
  static component = 'demo.Todo';
  static events = {
    add: z.object({
      text: z.string().trim().min(1, 'Please say what there is to do.').max(80, 'That is too long to do.'),
    }),
    toggle: byId,
    remove: byId,
  };

  todos: Todo[] = [];
  error = '';

  mount() {
    this.load();
    this.subscribe(changes, (owner) => {
      if (owner === this.context.owner) this.load();
    });
  }

  load() {
    this.todos = todosOf(this.context.owner).map((todo) => ({ ...todo }));
  }

  add({ text }: Params<typeof TodoList, 'add'>) {
    addTodo(this.context.owner, text);
    this.saved();
  }

  toggle({ id }: Params<typeof TodoList, 'toggle'>) {
    const todo = todosOf(this.context.owner).find((one) => one.id === id);
    if (todo) todo.done = !todo.done;
    this.saved();
  }

  remove({ id }: Params<typeof TodoList, 'remove'>) {
    removeTodo(this.context.owner, id);
    this.saved();
  }

  saved() {
    this.error = '';
    this.load();
    this.publish(changes, this.context.owner);
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.text ?? '';
  }

  render() {
    const left = this.todos.filter((todo) => !todo.done).length;
    return html`
      <form lv-event="add" class="row" novalidate>
        <input name="text" placeholder="What is there to do?" aria-label="What is there to do?" autocomplete="off"
          class="${this.error ? 'wrong' : ''}" aria-invalid="${this.error !== ''}">
        <button>Add</button>
      </form>
      <p class="error" role="alert">${this.error}</p>
      <ul class="list">${this.todos.map(renderTodo)}</ul>
      <p class="hint">${left} left of ${this.todos.length}</p>`;
  }
}

function renderTodo({ id, text, done }: Todo) {
  return html`
    <li id="todo-${id}" class="${done ? 'done' : ''}">
      <label><input type="checkbox" lv-event="toggle" hx-vals='{"id": ${id}}' checked="${done}"> <span>${text}</span></label>
      <button lv-event="remove" name="id" value="${id}" class="quiet" aria-label="Remove ${text}">×</button>
    </li>`;
}
