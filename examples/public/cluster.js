// What the page has seen of its connection, since it was loaded.
const log = document.getElementById('log');
let lostAt = 0;

function say(text) {
  const line = document.createElement('li');
  line.textContent = `${new Date().toLocaleTimeString('en-GB')} ${text}`;
  log.prepend(line);
  if (log.children.length > 8) log.lastChild.remove();
}

say('The page was loaded.');
document.addEventListener('liveview:disconnected', () => {
  lostAt ||= Date.now();
  say('The stream has ended.');
});
document.addEventListener('liveview:connected', ({ detail }) => {
  const gap = lostAt ? ` after ${((Date.now() - lostAt) / 1000).toFixed(1)} s` : '';
  lostAt = 0;
  say(`Connected${gap}, by ${detail.mode}.`);
});
document.addEventListener('liveview:event-lost', ({ target, detail }) => {
  say(`${target.dataset.component ?? 'What has left the page'} lost an event: ${detail.name}, ${detail.reason}.`);
});
