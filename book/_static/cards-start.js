// Brings the cards to life where they are about to be seen: scheduler and script load then, so
// that a page with a deck stays light.
(function () {
  "use strict";
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

  async function start(box) {
    if (!engine) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("_static/cards.css", root);
      document.head.append(style);
      engine = load(box.dataset.fsrs).then(() => load("_static/cards.js"));
    }
    await engine;
    window.nerveToLabel.startCards(box);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        watcher.unobserve(entry.target);
        start(entry.target);
      });
    }, { rootMargin: "400px" });
    document.querySelectorAll(".ntl-cards").forEach((box) => watcher.observe(box));
  });
})();
