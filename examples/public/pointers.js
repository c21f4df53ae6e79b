// Tells a board where the pointer is on it, in the board's own units: 20 times a second at most, and always where it came to rest.
const PERIOD = 50;
let latest = {};
let isWaiting = false;

function point(board, detail) {
  latest = detail;
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    board.dispatchEvent(new CustomEvent('point', { detail: latest }));
  }, PERIOD);
}
const boardOf = ({ target }) => target.closest?.('svg[data-pointers]');

document.addEventListener('pointermove', (event) => {
  const board = boardOf(event);
  if (!board) return;
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(board.getScreenCTM().inverse());
  point(board, { x: Math.round(x), y: Math.round(y) });
});
document.addEventListener('pointerout', (event) => {
  const board = boardOf(event);
  if (board && !board.contains(event.relatedTarget)) point(board, {}); // it has left
});
