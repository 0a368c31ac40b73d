// Your progress: what the other scripts kept in this browser, as one table; export and delete.
// Reads quiz:<name> {right, of, items}, run:<id> {state} and cards:<deck> {cards: {<id>: {state, due}}}.
(function () {
  "use strict";
  const { store } = window.nerveToLabel;
  const FORMAT = "nerve-to-label progress";
  const REVIEW = 2; // FSRS state of a card that has been learned once

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  function quizText(cell) {
    const kept = cell.dataset.quiz.split(" ").map((name) => store.get(`quiz:${name}`)).filter(Boolean);
    const right = kept.reduce((sum, one) => sum + one.right, 0);
    return kept.length ? `${right} of ${cell.dataset.of} right` : "not begun";
  }

  function runText(cell) {
    const ids = cell.dataset.runs.split(" ").filter(Boolean);
    const solved = ids.filter((id) => (store.get(`run:${id}`) || {}).state === "right").length;
    return ids.length ? `${solved} of ${ids.length} solved` : "none yet";
  }

  // A card waits while it is being learned, and from the reader's own day on which it is due.
  function cardText() {
    const tonight = new Date().setHours(24, 0, 0, 0);
    const cards = store.names("cards:").flatMap((name) => Object.values((store.get(name) || {}).cards || {}));
    const due = cards.filter((card) => card.state !== REVIEW || Date.parse(card.due) < tonight).length;
    return cards.length ? `Cards: ${due} due today, ${cards.length} seen so far.` : "Cards: none seen so far.";
  }

  function everything() {
    return Object.fromEntries(store.names().map((name) => [name, store.get(name)]));
  }

  function put(values) {
    return Object.entries(values).map(([name, value]) => store.set(name, value)).every(Boolean);
  }

  function save() {
    const text = JSON.stringify({ format: FORMAT, version: 1, saved: new Date().toISOString(), values: everything() }, null, 1);
    const link = element("a", {
      href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
      download: "nerve-to-label-progress.json",
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  function start(box) {
    const cards = element("p", { className: "ntl-progress-cards" });

    function refresh() {
      box.querySelectorAll("[data-quiz] span").forEach((span) => { span.textContent = quizText(span.parentElement); });
      box.querySelectorAll("[data-runs] span").forEach((span) => { span.textContent = runText(span.parentElement); });
      cards.textContent = cardText();
    }

    if (box.dataset.whole) {
      box.append(cards, ...manage(refresh));
    }
    window.addEventListener("storage", refresh);
    window.addEventListener("pageshow", refresh);
    refresh();
  }

  function manage(refresh) {
    const says = element("p", { className: "ntl-verdict" });
    says.setAttribute("role", "status");
    const button = (text, act) => {
      const made = element("button", { type: "button", textContent: text });
      made.addEventListener("click", act);
      return made;
    };
    let gone = null;
    // Records too long for localStorage overflow into a database, which cannot be brought back.
    window.addEventListener("pagehide", () => { if (gone) indexedDB.deleteDatabase("nerve-to-label"); });

    const remove = button("Delete everything", () => {
      if (gone) {
        says.textContent = put(gone) ? "Everything is back." : store.NOT_KEPT;
        gone = null;
      } else {
        gone = everything();
        Object.keys(gone).forEach((name) => store.remove(name));
        says.textContent = "Deleted. You can bring it back until you leave this page.";
      }
      remove.textContent = gone ? "Bring everything back" : "Delete everything";
      refresh();
    });

    const file = element("input", { type: "file", accept: ".json,application/json", hidden: true });
    file.addEventListener("change", async () => {
      let kept = null;
      try { kept = JSON.parse(await file.files[0].text()); } catch { /* told below */ }
      file.value = "";
      const fits = kept && kept.format === FORMAT && kept.version === 1 && kept.values && typeof kept.values === "object";
      if (!fits) says.textContent = "This file is not an export of your progress. Choose the file that Export wrote.";
      else says.textContent = put(kept.values) ? "Your progress is back." : store.NOT_KEPT;
      refresh();
    });

    const row = element("div", { className: "ntl-foot" });
    row.append(
      button("Export", () => {
        save();
        says.textContent = "Your browser saves the file nerve-to-label-progress.json.";
      }),
      button("Import", () => file.click()),
      remove,
      file,
    );
    return [row, says];
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".ntl-progress").forEach(start));
})();
