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
    const { highlight: _, ...others } = read();
    const next = box.checked ? { ...others, highlight: true } : others;
    // a key that is there has the pages load their tools
    if (Object.keys(next).length > 0) localStorage.setItem(KEY, JSON.stringify(next));
    else localStorage.removeItem(KEY);
  });
  addEventListener('storage', show);
  show();
  box.closest('fieldset').hidden = false;
})();
