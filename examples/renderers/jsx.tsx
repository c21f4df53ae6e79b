// The same in JSX, which @kitajs/html turns into a string.
import { Shelf } from './shelf.ts';

export class JsxShelf extends Shelf {
  static component = 'demo.JsxShelf';
  render() {
    const list = (
      <ul class="list" id="books">
        {this.books.map(({ id, title, copies }) => (
          <li id={`book-${id}`}>
            <span safe>{title}</span> <b>{copies}</b>{' '}
            <button {...{ 'lv-event': 'take' }} name="id" value={String(id)} disabled={copies === 0}>
              Take
            </button>
          </li>
        ))}
      </ul>
    );
    return String(list);
  }
}
