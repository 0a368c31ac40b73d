// Brings the cards to life: scheduler and script load where a reader has begun a deck or asks
// for it, so that a page with a deck stays light.
(function () {
  "use strict";
  const space = window.nerveToLabel;
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  let engine = null;

  function load(address) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = new URL(address, root);
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
  }

  async function start(box, asked) {
    if (!engine) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("_static/cards.css", root);
      document.head.append(style);
      engine = load(box.dataset.fsrs).then(() => load("_static/cards.js"));
    }
    await engine;
    space.startCards(box, asked);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll(".ntl-cards")) {
      const names = [...box.querySelectorAll(".ntl-deck")].map((table) => table.dataset.deck);
      if (names.length > 1 || space.store.get(`cards:${names[0]}`)) { start(box, false); continue; }
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ntl-begin";
      button.textContent = "Learn with these cards";
      button.onclick = () => { button.remove(); start(box, true); };
      box.prepend(button);
    }
  });
})();
