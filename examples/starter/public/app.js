// A restart of the server, or a logout, has ended the session: load the page again. Only where it was live before: a browser without cookies would do nothing else.
let wasLive = false;
document.addEventListener('liveview:connected', () => {
  wasLive = true;
});
document.addEventListener('liveview:gone', ({ detail }) => {
  if (detail.reason === 'session' && wasLive) location.reload();
});
