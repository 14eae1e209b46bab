// Loads the page again when one of its modules could not be loaded: a browser never asks for a module a second time, so
// the page would stay empty. Chromium breaks off what it loads whenever the machine's network changes: a VPN, another
// Wi-Fi, a Docker network that comes or goes.
(() => {
  const MOST = 5;
  const COUNT = 'reloads';
  const root = () => document.getElementById('root');

  const reload = (event) => {
    if (!(event.target instanceof HTMLScriptElement)) return;
    const before = Number(sessionStorage.getItem(COUNT));
    if (before >= MOST) {
      root().textContent = 'This page could not be loaded. Look at the browser’s console for the reason, and load it again.';
      sessionStorage.removeItem(COUNT);
      return;
    }
    sessionStorage.setItem(COUNT, before + 1);
    setTimeout(() => location.reload(), 300 * (before + 1));
  };

  addEventListener('error', reload, true); // an error of an element doesn't bubble
  setTimeout(() => root().hasChildNodes() && sessionStorage.removeItem(COUNT), 5000);
})();
