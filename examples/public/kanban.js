// Makes of a drag one event, card:drop, whose detail says which card goes into which column, and before which other. htmx sends it as fields.
const idOf = (card) => card?.id.replace('card-', '');
let dragged;

document.addEventListener('dragstart', (event) => {
  dragged = event.target.closest?.('.ticket');
  if (!dragged) return;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', event.target.textContent);
  event.dataTransfer.setDragImage(dragged, 20, 20);
  dragged.classList.add('dragged');
});

document.addEventListener('dragover', (event) => {
  const place = dragged && placeOf(event);
  mark(place?.before ?? place?.list.querySelector('.end'));
  if (place) event.preventDefault();
});

document.addEventListener('drop', (event) => {
  const place = dragged && placeOf(event);
  if (!place) return;
  event.preventDefault();
  const { list, before } = place;
  const detail = { id: idOf(dragged), column: list.dataset.column, ...(before && { before: idOf(before) }) };
  list.dispatchEvent(new CustomEvent('card:drop', { bubbles: true, detail }));
});

document.addEventListener('dragend', () => {
  mark(undefined);
  dragged?.classList.remove('dragged');
  dragged = undefined;
});

/** The list under the pointer, and the first of its cards whose middle is below it. */
function placeOf({ target, clientY }) {
  const list = target.closest?.('.column')?.querySelector('[data-column]');
  if (!list) return undefined;
  const below = [...list.querySelectorAll('.ticket')].find((card) => {
    const { top, height } = card.getBoundingClientRect();
    return card !== dragged && clientY < top + height / 2;
  });
  return { list, before: below };
}

function mark(element) {
  for (const marked of document.querySelectorAll('.here')) if (marked !== element) marked.classList.remove('here');
  element?.classList.add('here');
}

// what was edited is saved: its form closes
document.addEventListener('card:saved', ({ target, detail }) => {
  const details = target.querySelector(`#card-${detail.id} details`);
  if (!details) return;
  details.open = false;
  details.querySelector('summary').focus();
});
