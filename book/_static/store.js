// What a reader did, kept in this reader's browser alone: one JSON value a name.
(function () {
  "use strict";
  const PREFIX = "nerve-to-label:";
  const space = window.nerveToLabel || (window.nerveToLabel = {});

  space.store = {
    // The value kept under a name; `otherwise` where there is none or it cannot be read.
    get(name, otherwise = null) {
      try {
        const text = localStorage.getItem(PREFIX + name);
        return text === null ? otherwise : JSON.parse(text);
      } catch { return otherwise; }
    },
    // True where the browser kept it; false where storage is off or full.
    set(name, value) {
      try {
        localStorage.setItem(PREFIX + name, JSON.stringify(value));
        return true;
      } catch { return false; }
    },
    remove(name) {
      try { localStorage.removeItem(PREFIX + name); } catch { /* nothing was kept */ }
    },
    // Names kept, without our prefix, that begin with `start`.
    names(start = "") {
      try {
        return Object.keys(localStorage)
          .filter((key) => key.startsWith(PREFIX + start))
          .map((key) => key.slice(PREFIX.length));
      } catch { return []; }
    },
    NOT_KEPT: "This browser does not let the page keep your progress.",
  };
})();
