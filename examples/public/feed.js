// Scrolls a list to its top, for a click on [data-top] and where its component says so: browser.push('feed:top').
function toTop(within) {
  const feed = within.querySelector('.feed');
  feed.scrollTo({ top: 0 });
  // the button that was pressed is gone, and the focus with it
  if (document.activeElement === document.body) feed.focus();
}
document.addEventListener('feed:top', ({ target }) => toTop(target));
document.addEventListener('click', ({ target }) => target.closest('[data-top]') && toTop(document));
