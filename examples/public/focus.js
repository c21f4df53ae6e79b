// Puts the focus where a component says: browser.push('focus-on', { selector }).
document.addEventListener('focus-on', ({ target, detail }) => target.querySelector(detail.selector)?.focus());
