// Cards with spaced repetition. The tables of the page are the decks; FSRS (ts-fsrs) says when
// a card comes back; what the reader did stays in this browser under "cards:<deck>".
(function () {
  "use strict";
  const { store } = window.nerveToLabel;
  const FORMAT = "nerve-to-label cards";
  const VERSION = 1;
  const GRADES = ["Again", "Hard", "Good", "Easy"]; // FSRS ratings 1 to 4
  const REVIEW = 2; // FSRS state; 1 and 3 are first learning and learning again
  const AHEAD = 20 * 60_000; // a card in learning comes this much early where nothing else waits
  const SETTINGS = "cards-settings";

  function make(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  let fields = 0;
  function field(text, control) {
    fields += 1;
    control.id = `ntl-cards-${fields}`;
    return make("span", { className: "ntl-field" }, make("label", { htmlFor: control.id }, text), control);
  }

  // -- dates: a day is the reader's own

  const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
  // FSRS parts days at midnight UTC, so it gets the reader's wall clock as if that were UTC.
  const toWall = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const fromWall = (wall) => new Date(
    wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(),
    wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds(), wall.getUTCMilliseconds(),
  );
  const longDate = (date) => [{ weekday: "long" }, { day: "numeric", month: "long", year: "numeric" }]
    .map((part) => date.toLocaleDateString("en-GB", part)).join(" ");
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  function interval(from, to) {
    const minutes = (new Date(to) - from) / 60_000;
    if (minutes < 59.5) return `${Math.max(1, Math.round(minutes))} min`;
    if (minutes < 60 * 23.5) return count(Math.round(minutes / 60), "hour");
    const days = Math.round(minutes / 1440);
    if (days < 61) return count(days, "day");
    return days < 730 ? `${Math.round(days / 30.4)} months` : `${(days / 365.25).toFixed(1)} years`;
  }

  // What each of the four grades would make of a card; `kept` is undefined for a new one.
  function outcomes(kept, now) {
    const { fsrs, createEmptyCard } = window.FSRS;
    const last = kept ? new Date(kept.last_review) : now;
    const wall = toWall(last > now ? last : now); // a clock set back must not stop the reader
    const card = kept
      ? { ...kept, due: toWall(new Date(kept.due)), last_review: toWall(last) }
      : createEmptyCard(wall);
    const found = fsrs().repeat(card, wall);
    return [1, 2, 3, 4].map((rating) => ({
      ...found[rating].card,
      due: fromWall(found[rating].card.due).toISOString(),
      last_review: fromWall(wall).toISOString(),
      first: kept ? kept.first : day(now),
    }));
  }

  // -- progress: checked before it is trusted, merged card by card

  const whole = (value) => Number.isInteger(value) && value >= 0;
  const date = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
    && !Number.isNaN(Date.parse(value));
  const FIELDS = {
    due: [date, "a date such as 2026-01-31T08:00:00.000Z"],
    last_review: [date, "a date such as 2026-01-31T08:00:00.000Z"],
    first: [(value) => /^\d{4}-\d\d-\d\d$/.test(value), "a day such as 2026-01-31"],
    stability: [(value) => Number.isFinite(value) && value > 0, "a number above 0"],
    difficulty: [(value) => value >= 1 && value <= 10, "a number from 1 to 10"],
    state: [(value) => [1, 2, 3].includes(value), "1, 2 or 3"],
    reps: [whole, "a whole number"],
    lapses: [whole, "a whole number"],
    scheduled_days: [whole, "a whole number"],
    learning_steps: [whole, "a whole number"],
  };
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // What is wrong with the progress of a deck; empty where nothing is.
  function fault(deck, progress) {
    if (!isObject(progress) || !isObject(progress.cards)) return `deck "${deck}" has no list of cards.`;
    for (const [id, card] of Object.entries(progress.cards)) {
      if (!isObject(card)) return `deck "${deck}", card "${id}": it is no record.`;
      for (const [field, [test, right]] of Object.entries(FIELDS)) {
        if (typeof card[field] === "boolean" || !test(card[field])) {
          return `deck "${deck}", card "${id}": ${field} is ${JSON.stringify(card[field])}, not ${right}.`;
        }
      }
    }
    return "";
  }

  // Both, and of a card in both the one that was graded last.
  function merge(one, other) {
    const cards = { ...one.cards };
    for (const [id, card] of Object.entries(other.cards)) {
      if (!cards[id] || Date.parse(cards[id].last_review) < Date.parse(card.last_review)) cards[id] = card;
    }
    return { version: VERSION, cards };
  }

  function parse(text) {
    let data;
    try { data = JSON.parse(text); } catch { throw new Error("it is not a JSON file."); }
    if (!isObject(data) || data.format !== FORMAT) throw new Error("it is not an export of these cards.");
    if (data.version !== VERSION) throw new Error(`its version is ${data.version}; this page reads version ${VERSION}.`);
    if (!isObject(data.decks)) throw new Error("it holds no decks.");
    for (const [deck, progress] of Object.entries(data.decks)) {
      const problem = fault(deck, progress);
      if (problem) throw new Error(problem);
    }
    return Object.entries(data.decks);
  }

  // -- decks: the tables, of which some come when they are asked for

  const coming = new Map(); // deck -> what to do with its table
  window.nerveToLabel.deck = (id, html) => coming.get(id)(html); // the scripts of decks call it

  // Puts the table of a deck into the page; rejects where it cannot be had, and may be asked again.
  function fetchDeck(table) {
    if (!table.dataset.place) return Promise.resolve();
    return table.coming ||= new Promise((resolve, reject) => {
      const script = make("script", { src: `${table.dataset.place}.js`, onerror: reject });
      coming.set(table.dataset.deck, (html) => {
        table.lastElementChild.outerHTML = html;
        delete table.dataset.place;
        resolve();
      });
      document.head.append(script);
    }).catch(() => {
      table.coming = null;
      throw new Error(`The deck “${table.dataset.title}” could not be loaded.`);
    });
  }

  async function readDeck(table) {
    await fetchDeck(table);
    const { deck: id, title } = table.dataset;
    const directions = [...table.querySelectorAll("tbody")].map((body) => ({ ...body.dataset, body }));
    const cards = directions.flatMap(({ direction, prompt, body }) => (
      [...body.querySelectorAll("tr[data-card]")].map((row) => ({
        id: `${direction}/${row.dataset.card}`,
        direction,
        prompt,
        front: row.cells[0].textContent,
        back: row.cells[1],
      }))
    ));
    return { id, title, directions, cards };
  }

  const mixed = (text) => [...text].reduce((sum, mark) => Math.imul(sum ^ mark.charCodeAt(0), 16777619), 2166136261);

  async function start(box) {
    const tables = new Map([...box.querySelectorAll(".ntl-deck")].map((table) => [table.dataset.deck, table]));
    const settings = { perDay: 10, direction: {}, ...store.get(SETTINGS, {}) };
    const [first] = tables.values();
    let deck = await readDeck(tables.get(settings.deck) || first).catch(() => readDeck(first));
    let current = null; // the card that is asked
    let asked = ""; // what was kept of it when it was asked
    let shown = false; // whether its answer is
    let grades = []; // of this session, for undo and summary
    const held = new Map(); // deck -> progress that the browser did not keep
    let restore = null; // takes back the last import or deletion

    const say = make("p", { className: "ntl-cards-say" });
    const trouble = make("p", { className: "ntl-cards-trouble", hidden: true });
    const live = make("p", { className: "ntl-cards-live" });
    for (const node of [say, trouble, live]) node.setAttribute("role", "status");
    const face = make("div", { className: "ntl-face", tabIndex: -1 });
    face.setAttribute("role", "group");
    face.setAttribute("aria-label", "Card");
    const actions = make("div", { className: "ntl-grades" });
    const counts = make("p", { className: "ntl-counts" });
    const undo = make("button", { type: "button", className: "ntl-undo", textContent: "Undo last grade" });
    const back = make("button", { type: "button", textContent: "Undo this", hidden: true });

    // -- progress of the chosen deck

    const name = () => `cards:${deck.id}`;

    function read() {
      const kept = store.get(name());
      const problem = kept === null ? "" : fault(deck.id, kept);
      if (problem) {
        store.set(`cards-unreadable:${deck.id}`, kept);
        store.remove(name());
        say.textContent = `The progress in this browser cannot be read: ${problem} It was set aside, and the deck starts anew.`;
      }
      const progress = kept === null || problem ? { version: VERSION, cards: {} } : kept;
      return held.has(deck.id) ? merge(progress, held.get(deck.id)) : progress;
    }

    function write(progress) {
      held.delete(deck.id);
      if (!store.set(name(), progress)) held.set(deck.id, progress);
      trouble.hidden = held.size === 0;
      trouble.textContent = held.size ? `${store.NOT_KEPT} Export it before you close the page.` : "";
    }

    // -- which card comes next

    const direction = () => settings.direction[deck.id] || "";
    const chosen = () => deck.cards.filter((card) => !direction() || card.direction === direction());

    function plan(now) {
      const { cards } = read();
      const today = day(now);
      const list = chosen();
      const seen = list.filter((card) => cards[card.id]);
      const due = (card) => new Date(cards[card.id].due);
      const early = (one, other) => due(one) - due(other);
      const learning = seen.filter((card) => cards[card.id].state !== REVIEW).sort(early);
      const reviews = seen.filter((card) => cards[card.id].state === REVIEW);
      const ripe = reviews.filter((card) => day(due(card)) <= today)
        .sort((one, other) => mixed(one.id + today) - mixed(other.id + today));
      const introduced = deck.cards.filter((card) => cards[card.id]?.first === today).length;
      const unseen = list.filter((card) => !cards[card.id]);
      const fresh = unseen.slice(0, Math.max(0, settings.perDay - introduced));
      const now_ = learning.filter((card) => due(card) <= now);
      const soon = learning.filter((card) => due(card) > now && due(card) - now <= AHEAD);
      return {
        cards, list, seen, unseen, fresh, due,
        queue: [...now_, ...ripe, ...fresh, ...soon],
        waiting: learning.length + ripe.length,
        learned: reviews.length,
      };
    }

    const record = (cards) => JSON.stringify(cards[current.id]) || "";

    // Shows the counts and a card; keeps the card that is asked unless another tab graded it.
    function refresh({ keep = false, speak = false, focus = false } = {}) {
      const now = new Date();
      const found = plan(now);
      app.dataset.deck = deck.id;
      counts.replaceChildren(
        make("span", {}, make("b", {}, String(found.waiting)), " due"),
        make("span", {}, make("b", {}, String(found.fresh.length)), " new today"),
        make("span", {}, make("b", {}, `${found.learned} of ${found.list.length}`), " learned"),
      );
      undo.disabled = grades.length === 0;
      if (keep && current && found.queue.some((card) => card.id === current.id) && asked === record(found.cards)) return;
      [current] = found.queue;
      shown = false;
      if (current) ask(); else finish(found, now);
      live.textContent = !speak ? "" : current ? `Next card. ${current.prompt} ${current.front}` : face.innerText;
      if (focus) face.focus({ preventScroll: true });
    }

    function ask() {
      asked = record(read().cards);
      const button = make("button", { type: "button", className: "ntl-show", onclick: show }, "Show answer ", make("kbd", {}, "Space"));
      actions.replaceChildren(button);
      face.replaceChildren(
        make("p", { className: "ntl-prompt" }, current.prompt),
        make("p", { className: "ntl-front" }, current.front),
      );
    }

    function show() {
      const now = new Date();
      shown = true;
      const answer = make("div", { className: "ntl-back" }, ...[...current.back.childNodes].map((node) => node.cloneNode(true)));
      face.append(answer);
      const next = outcomes(read().cards[current.id], now);
      actions.replaceChildren(...GRADES.map((word, index) => {
        const text = interval(now, next[index].due);
        const button = make(
          "button", { type: "button", onclick: () => grade(index + 1) },
          make("b", {}, word), make("span", {}, text), make("kbd", {}, String(index + 1)),
        );
        button.setAttribute("aria-label", `${word}, next in ${text}`);
        button.setAttribute("aria-keyshortcuts", String(index + 1));
        return button;
      }));
      const spoken = answer.cloneNode(true);
      spoken.querySelectorAll("br").forEach((node) => node.replaceWith("; "));
      live.textContent = `Answer: ${spoken.textContent}`;
      face.focus({ preventScroll: true });
    }

    function grade(rating) {
      const progress = read(); // again, since another tab may have graded in between
      if (asked !== record(progress.cards)) {
        say.textContent = "Another tab has just graded this card.";
        refresh({ speak: true, focus: true });
        return;
      }
      const before = progress.cards[current.id];
      const after = outcomes(before, new Date())[rating - 1];
      progress.cards[current.id] = after;
      write(progress);
      grades.push({ card: current, rating, before, after });
      say.textContent = "";
      refresh({ speak: true, focus: true });
    }

    function takeBack() {
      const last = grades.pop();
      const progress = read();
      if (JSON.stringify(progress.cards[last.card.id]) !== JSON.stringify(last.after)) {
        say.textContent = "Another tab has changed this card since, so its grade stays.";
        refresh({ keep: true });
        return;
      }
      if (last.before) progress.cards[last.card.id] = last.before;
      else delete progress.cards[last.card.id];
      held.delete(deck.id); // else the merge would bring the grade back
      write(progress);
      refresh();
      current = last.card;
      shown = false;
      ask();
      say.textContent = "";
      live.textContent = `Undone. ${current.prompt} ${current.front}`;
      face.focus({ preventScroll: true });
    }

    function finish(found, now) {
      const lines = [];
      if (grades.length) {
        const parts = GRADES.map((word, index) => [grades.filter((one) => one.rating === index + 1).length, word])
          .filter(([number]) => number).map(([number, word]) => `${number} ${word}`);
        lines.push(`${count(grades.length, "grade")} this time: ${parts.join(", ")}.`);
      }
      const days = found.seen.map((card) => found.due(card)).sort((one, other) => one - other);
      const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
      if (days.length) {
        const number = days.filter((one) => day(one) === day(days[0])).length;
        lines.push(`Next due: ${longDate(days[0])}, ${count(number, "card")}.`);
      }
      if (found.unseen.length) {
        const when = settings.perDay ? `new ones come on ${longDate(tomorrow)}, or now if you raise the limit` : "raise the limit to meet them";
        lines.push(`${count(found.unseen.length, "card")} not yet seen; ${when}.`);
      }
      face.replaceChildren(
        make("p", { className: "ntl-front" }, grades.length ? "Done for today" : "Nothing is due today"),
        ...lines.map((line) => make("p", {}, line)),
      );
      actions.replaceChildren();
    }

    // -- export, import, delete

    function exportAll() {
      const kept = Object.fromEntries(store.names("cards:").map((key) => [key.slice(6), store.get(key)]));
      kept[deck.id] = read();
      const text = JSON.stringify({ format: FORMAT, version: VERSION, exported: new Date().toISOString(), decks: kept }, null, 1);
      const link = make("a", {
        href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
        download: `nerve-to-label-cards-${day(new Date())}.json`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      tell(`Exported ${count(Object.keys(kept).length, "deck")}.`);
    }

    function put(states) {
      for (const [key, state] of states) {
        if (state === null) store.remove(key);
        else if (!store.set(key, state)) return false;
      }
      return true;
    }

    async function importFile(file, replace) {
      let coming;
      try { coming = parse(await file.text()); } catch (error) {
        tell(`${file.name} was not imported: ${error.message} Nothing has changed.`);
        return;
      }
      const before = coming.map(([id]) => [`cards:${id}`, store.get(`cards:${id}`)]);
      const after = coming.map(([id, progress], place) => {
        const old = before[place][1];
        return [`cards:${id}`, replace || old === null || fault(id, old) ? progress : merge(old, progress)];
      });
      if (!put(after)) {
        put(before);
        tell(`${store.NOT_KEPT} Nothing has changed.`);
        return;
      }
      const total = coming.reduce((sum, [, progress]) => sum + Object.keys(progress.cards).length, 0);
      grades = [];
      coming.forEach(([id]) => held.delete(id));
      tell(`${replace ? "Replaced by" : "Merged with"} ${count(total, "card")} in ${count(coming.length, "deck")}.`, () => put(before));
    }

    function deleteDeck() {
      const before = read();
      store.remove(name());
      held.delete(deck.id);
      grades = [];
      tell(`Deleted the progress of ${count(Object.keys(before.cards).length, "card")}.`, () => write(merge(read(), before)));
    }

    // Says what happened, and offers to take it back.
    function tell(text, undone = null) {
      say.textContent = text;
      restore = undone;
      back.hidden = !undone;
      refresh({ keep: true });
    }

    back.onclick = () => {
      restore();
      tell("Taken back; all is as it was.");
      face.focus({ preventScroll: true });
    };

    function keeper() {
      const file = make("input", { type: "file", accept: ".json,application/json" });
      const how = make("select", {}, make("option", { value: "merge" }, "merge: the later grade of each card wins"), make("option", { value: "replace" }, "replace the decks in the file"));
      file.onchange = async () => {
        if (file.files[0]) await importFile(file.files[0], how.value === "replace");
        file.value = "";
      };
      const sure = make("span", { hidden: true });
      const remove = make("button", { type: "button" }, "Delete …");
      const close = () => { sure.hidden = true; remove.hidden = false; remove.focus(); };
      const yes = make("button", { type: "button", onclick: () => { deleteDeck(); close(); } }, "Delete");
      sure.append("Delete your progress in this deck? ", yes, " ", make("button", { type: "button", onclick: close }, "Keep"));
      remove.onclick = () => { sure.hidden = false; remove.hidden = true; yes.focus(); };
      return make(
        "details", { className: "ntl-keeper" }, make("summary", {}, "Your progress: export, import, delete"),
        make("p", {}, "It stays in this browser alone. "),
        make("p", {}, make("button", { type: "button", onclick: exportAll }, "Export all decks")),
        make("p", {}, field("Import", file), " ", field("and", how)),
        make("p", {}, remove, sure),
      );
    }

    // -- choices

    function options(list, value) {
      return list.map(([key, title]) => make("option", { value: key, selected: key === value }, title));
    }

    function bar() {
      const way = make("select", {
        onchange() { settings.direction[deck.id] = way.value; changed(); },
      });
      const fill = () => way.replaceChildren(...options(
        [["", "All questions"], ...deck.directions.map((one) => [one.direction, one.title])], direction(),
      ));
      const limit = make("input", {
        type: "number", min: 0, max: 999, value: settings.perDay,
        onchange() {
          settings.perDay = Math.min(999, Math.max(0, Math.round(Number(limit.value)) || 0));
          limit.value = settings.perDay;
          changed();
        },
      });
      const which = make("select", {
        async onchange() {
          const wanted = which.value;
          let [found, problem] = [null, ""];
          try { found = await readDeck(tables.get(wanted)); } catch (error) { problem = error.message; }
          if (which.value !== wanted) return; // the reader has chosen again meanwhile
          if (problem) { which.value = deck.id; say.textContent = problem; return; }
          deck = found;
          settings.deck = deck.id;
          grades = [];
          fill();
          changed();
        },
      }, ...options([...tables.values()].map((one) => [one.dataset.deck, one.dataset.title]), deck.id));
      const changed = () => {
        store.set(SETTINGS, settings);
        say.textContent = "";
        back.hidden = true;
        refresh();
      };
      fill();
      const parts = [field("Ask", way), field("New cards a day", limit)];
      if (tables.size > 1) parts.unshift(field("Deck", which));
      return make("div", { className: "ntl-cards-bar" }, ...parts);
    }

    undo.onclick = takeBack;
    const app = make(
      "div", { className: "ntl-cards-app" }, bar(), counts, face, actions,
      make("p", { className: "ntl-after" }, undo, say, back), trouble, live, keeper(),
    );
    app.addEventListener("keydown", (event) => {
      if (event.target.closest("input, select, summary, a") || event.repeat) return;
      if (event.ctrlKey || event.altKey || event.metaKey || !current) return;
      if (!shown && [" ", "Enter"].includes(event.key) && !event.target.closest("button")) show();
      else if (shown && "1234".includes(event.key)) grade(Number(event.key));
      else return;
      event.preventDefault();
    });
    addEventListener("storage", () => refresh({ keep: true }));
    document.addEventListener("visibilitychange", () => document.hidden || refresh({ keep: true }));
    tables.forEach((one) => one.addEventListener("toggle", () => fetchDeck(one).catch(() => {}))); // else its link stays
    box.prepend(app);
    refresh();
  }

  window.nerveToLabel.startCards = (box) => { // called by cards-start.js
    if (window.FSRS) start(box);
    else box.prepend(make("p", { className: "ntl-cards-trouble" }, "The scheduler could not be loaded. The tables below hold every card."));
  };
})();
