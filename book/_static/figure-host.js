// Starts the book's interactive figures on a page without a kernel.
//
// Each figure stands in the page as <div class="ntl-figure" data-figure="name"> with
// its data as JSON and a fallback. Its module comes once per page from
// _static/figures/name.js, when the figure is about to be seen. The module is the one
// that anywidget runs in JupyterLab; the model below is the part of anywidget's that
// our figures use.
(function () {
  "use strict";
  const parts = new Map(); // name -> { module, style, library }
  const asked = new Map(); // name -> promise of the part
  const modules = new Map(); // name -> promise of the imported module

  const space = window.nerveToLabel || (window.nerveToLabel = {});
  space.define = (name, part) => parts.set(name, part);

  function fetchPart(name) {
    if (!asked.has(name)) asked.set(name, new Promise((resolve, reject) => {
      const root = document.documentElement.dataset.content_root || "./";
      const script = document.createElement("script");
      script.src = `${root}_static/figures/${name}.js`;
      script.onload = () => resolve(parts.get(name));
      script.onerror = () => reject(new Error(`${name}.js is missing`));
      document.head.append(script);
    }));
    return asked.get(name);
  }

  // A page opened from a folder on disk may import a blob, but not a file.
  function importText(text) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    return import(address).finally(() => URL.revokeObjectURL(address));
  }

  // What figures share, as text; `space.library(names, exported)` imports it without a figure.
  const shared = async (names) => (await Promise.all(names.map(fetchPart))).map((part) => part.module).join("");
  space.library = async (names, exported) => importText(`${await shared(names)}export { ${exported} };`);

  function load(name) {
    if (!modules.has(name)) {
      modules.set(name, fetchPart(name).then(async (part) => {
        const style = document.createElement("style");
        style.textContent = part.style;
        document.head.append(style);
        return importText(await shared(part.library || []) + part.module);
      }));
    }
    return modules.get(name);
  }

  function makeModel(state) {
    const listeners = new Map();
    const tell = (event) => (listeners.get(event) || []).forEach((listener) => listener());
    return {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        tell(`change:${name}`);
        tell("change");
      },
      save_changes() {},
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) || []), listener]);
      },
      off(event, listener) {
        listeners.set(event, (listeners.get(event) || []).filter((one) => one !== listener));
      },
    };
  }

  async function start(place) {
    const source = place.querySelector(':scope > script[type="application/json"]');
    const state = JSON.parse(source.textContent);
    try {
      const module = await load(place.dataset.figure);
      const stage = document.createElement("div");
      stage.className = "ntl-stage";
      await module.default.render({ model: makeModel(state), el: stage });
      place.querySelector(":scope > .ntl-fallback").remove();
      place.append(stage);
      place.dataset.ready = "true";
    } catch (error) {
      place.dataset.ready = "failed"; // the fallback stays
      console.error(`figure ${place.dataset.figure}:`, error);
    }
  }

  function startAll() {
    const places = document.querySelectorAll(".ntl-figure");
    if (!("IntersectionObserver" in window)) { places.forEach(start); return; }
    const watcher = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        watcher.unobserve(entry.target);
        start(entry.target);
      });
    }, { rootMargin: "400px" });
    places.forEach((place) => watcher.observe(place));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
