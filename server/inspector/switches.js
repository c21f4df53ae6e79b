// The switch of the inspector's page for the other pages of this browser: they read this key when they load, and follow its changes.
(() => {
  const KEY = 'liveview';
  const box = document.querySelector('#highlight');

  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY));
      return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
    } catch {
      return {};
    }
  }
  function show() {
    box.checked = read().highlight === true;
  }
  box.addEventListener('change', () => {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), highlight: box.checked }));
  });
  addEventListener('storage', show);
  show();
  box.closest('fieldset').hidden = false;
})();
