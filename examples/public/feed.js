// Scrolls a list to its top, for a click on [data-top] and where its component says so: browser.push('feed:top').
const toTop = (within) => within.querySelector('.feed').scrollTo({ top: 0 });
document.addEventListener('feed:top', ({ target }) => toTop(target));
document.addEventListener('click', ({ target }) => target.closest('[data-top]') && toTop(document));
