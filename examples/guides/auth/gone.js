// Logged out, or another role: the server has ended this page's stream. Load the page as it is now; whoever is logged out comes to the login.
document.addEventListener('liveview:gone', ({ detail }) => {
  if (detail.reason === 'session' || detail.reason === 'ended') location.reload();
});
