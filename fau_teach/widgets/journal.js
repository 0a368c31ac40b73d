// One record of a reader in this browser, so kept that nothing is lost and nothing half written.
// Two slots take turns; each copy has a sequence and a checksum, and the newest whole one counts.
// localStorage writes at once, even while the page closes; IndexedDB takes over where it is full.
const JOURNAL_SAYS = {
  changed: "This record was changed in another tab, so nothing is saved here. Reload this page to go " +
    "on with the newer one; download this one first if you need it.",
  erased: "This record was erased in another tab, so nothing is saved here. Download it if you need it.",
  newer: "This record comes from a newer edition of the book. Here it stays as it is: nothing is saved.",
  older: "This record of an older edition cannot be read. It stays as it is: nothing is saved.",
  twice: "This record is open in another tab as well. Close one of them: only one can save.",
  torn: "One of two copies was damaged. You go on with the whole one, of ",
  lost: "The record in this browser is damaged. If you have a downloaded copy, open it.",
  off: "This browser keeps nothing for this page. Download your record before you leave it.",
  full: "This browser has no room for your record. Download it before you leave this page.",
};

// A copy is plain JSON, as all that the book keeps, so that its own export carries it unchanged.
const seal = (copy) => JSON.stringify({ ...copy, sum: journalSum(JSON.stringify(copy)) });
function unseal(text) {
  try {
    const { sum, ...copy } = JSON.parse(text);
    return journalSum(JSON.stringify(copy)) === sum ? copy : null;
  } catch { return null; }
}
function journalSum(text) {
  let sum = 2166136261;
  for (let k = 0; k < text.length; k += 1) sum = Math.imul(sum ^ text.charCodeAt(k), 16777619);
  return `${(sum >>> 0).toString(36)}-${text.length}`;
}

function journalBase(key) { // slots in IndexedDB
  let base = null;
  const open = () => base ||= new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no answer")), 3_000);
    const asked = indexedDB.open("nerve-to-label", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("journal");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); base = null; };
      resolve(asked.result);
    };
  });
  const run = async (mode, act) => {
    const work = (await open()).transaction("journal", mode, { durability: "strict" });
    const asked = act(work.objectStore("journal"));
    return new Promise((resolve, reject) => {
      [work.oncomplete, work.onabort] = [() => resolve(asked.result), () => reject(work.error)];
    });
  };
  return { get: (slot) => run("readonly", (store) => store.get(key(slot))),
    set: (slot, text) => run("readwrite", (store) => store.put(text, key(slot))),
    drop: (slot) => run("readwrite", (store) => store.delete(key(slot))) };
}

// `migrate(state, from)` turns the state of an older version into one of this.
function makeJournal(name, { version = 1, migrate = (older) => older, pause = 300 } = {}) {
  const key = (slot) => `nerve-to-label:journal:${name}:${slot}`;
  const near = { get: (slot) => localStorage.getItem(key(slot)),
    set: (slot, text) => localStorage.setItem(key(slot), text),
    drop: (slot) => localStorage.removeItem(key(slot)) };
  const deep = journalBase(key);
  const me = Math.random().toString(36).slice(2, 10);
  const [watchers, others, ending] = [new Set(), new Set(), new AbortController()];
  let [state, sequence, seen, at, timer, work] = [null, 0, 0, "", 0, Promise.resolve()];
  let [dirty, writing, spilled, loaded, loading, blocked, trouble] = [false, false, false, false, null, "", ""];

  const status = () => ({ saved: !dirty && !writing, at,
    problem: blocked || trouble || (others.size ? JOURNAL_SAYS.twice : "") });
  const tell = () => watchers.forEach((watcher) => watcher(status()));
  const block = (why) => { if (loaded) blocked = why; tell(); };
  const channel = window.BroadcastChannel ? new BroadcastChannel(key("tabs")) : null;
  const post = (kind) => channel?.postMessage({ by: me, kind, sequence });

  function overtaken(text) { // by a copy of another tab
    const [, found, by] = /^\{"sequence":(\d+),"by":"(\w+)"/.exec(text) || [];
    if (Number(found) > sequence && by !== me && unseal(text)) seen = Math.max(seen, Number(found));
    return seen > sequence;
  }

  function kept(when) {
    [at, trouble, sequence] = [when, "", sequence + 1];
    post("saved");
    tell();
  }

  // Write what is not written: at once where localStorage takes it.
  function keep() {
    clearTimeout(timer);
    timer = 0;
    if (!dirty || blocked || !loaded || writing) return work;
    const [when, slot] = [new Date().toISOString(), "ab"[(sequence + 1) % 2]];
    try {
      if ([..."ab"].some((one) => overtaken(near.get(one)))) { block(JOURNAL_SAYS.changed); return work; }
    } catch { /* it is off */ }
    const text = seal({ sequence: sequence + 1, by: me, version, at: when, state });
    dirty = false;
    try {
      near.set(slot, text);
      if (spilled) [..."ab"].forEach((one) => deep.drop(one).catch(() => {}));
      spilled = false;
      kept(when);
    } catch (error) {
      [writing, spilled] = [true, true];
      work = deep.set(slot, text).then(() => kept(when), () => {
        [dirty, trouble] = [true, error.name === "QuotaExceededError" ? JOURNAL_SAYS.full : JOURNAL_SAYS.off];
        timer = setTimeout(keep, 5_000);
      }).then(() => {
        writing = false;
        tell();
        return dirty && !timer ? keep() : null;
      });
    }
    return work;
  }

  function carried(older, from) {
    if (from > version) throw new Error(JOURNAL_SAYS.newer);
    try { return from === version ? older : migrate(older, from); } catch { throw new Error(JOURNAL_SAYS.older); }
  }

  async function read() {
    const [whole, torn] = [[], []];
    let shut = 0;
    for (const [home, slot] of [[near, "a"], [near, "b"], [deep, "a"], [deep, "b"]]) {
      let text = null;
      try { text = await home.get(slot); } catch { shut += 1; }
      const copy = text && unseal(text);
      if (copy) whole.push({ ...copy, deep: home === deep });
      else if (text) torn.push(text);
    }
    const newest = whole.sort((one, two) => two.sequence - one.sequence)[0];
    if (blocked) dirty = false; // the reader goes on with what another tab wrote
    [loaded, blocked, seen, at, sequence] = [true, "", 0, newest?.at || "", newest?.sequence || 0];
    [spilled, trouble] = [whole.some((copy) => copy.deep), shut === 4 ? JOURNAL_SAYS.off : ""];
    if (torn.length) trouble = newest ? `${JOURNAL_SAYS.torn}${new Date(at).toLocaleString()}.` : JOURNAL_SAYS.lost;
    if (torn.length && !newest) try { near.set("damaged", torn[0]); } catch { /* no room to keep it */ }
    let found = null;
    try { if (newest) found = carried(newest.state, newest.version); } catch (error) { blocked = error.message; }
    if (!dirty) state = found;
    post("hello");
    keep();
    tell();
    return found;
  }

  const self = {
    load: () => loading = Promise.resolve(loading).then(read),
    save(next) {
      [state, dirty] = [next, true];
      if (!loading) self.load();
      timer ||= setTimeout(keep, pause);
      tell();
    },
    flush: async () => { await loading; await keep(); return status(); },
    status,
    onstatus(watcher) { watchers.add(watcher); watcher(status()); return () => watchers.delete(watcher); },
    claim() { // this tab's state shall count, whatever another tab wrote
      const ours = ![JOURNAL_SAYS.newer, JOURNAL_SAYS.older].includes(blocked);
      if (ours) [sequence, blocked, dirty] = [Math.max(sequence, seen), "", true];
      return keep();
    },
    download(file = `${name}.json`) {
      const text = JSON.stringify({ format: "nerve-to-label record", name, version, state }, null, 1);
      const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      Object.assign(document.createElement("a"), { href, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
    },
    async upload(file) {
      let given = null;
      try { given = JSON.parse(await file.text()); } catch { /* told below */ }
      if (given?.format !== "nerve-to-label record" || given.name !== name) {
        throw new Error(`This file holds no record of “${name}”. Choose the file that Download wrote.`);
      }
      const found = carried(given.state, given.version);
      await self.load();
      if (blocked) throw new Error(blocked);
      state = found;
      await self.claim();
      return found;
    },
    async erase() {
      clearTimeout(timer);
      await work;
      [state, dirty, sequence, at, blocked, trouble, timer] = [null, false, 0, "", "", "", 0];
      for (const [home, slot] of ["a", "b", "damaged"].flatMap((one) => [[near, one], [deep, one]])) {
        try { await home.drop(slot); } catch { /* it is off, so it keeps nothing */ }
      }
      post("erased");
      tell();
    },
    close() { keep(); post("bye"); ending.abort(); channel?.close(); },
  };

  if (channel) channel.onmessage = ({ data: { kind, by, sequence: theirs } }) => {
    if (kind === "bye") others.delete(by); else others.add(by);
    if (kind === "hello") post("here");
    if (kind === "saved") seen = Math.max(seen, theirs);
    if (kind === "erased") block(JOURNAL_SAYS.erased);
    else if (kind === "saved" && seen > sequence) block(JOURNAL_SAYS.changed);
    else tell();
  };
  const listen = (where, event, act) => where.addEventListener(event, act, { signal: ending.signal });
  listen(window, "storage", (event) => {
    if (event.key !== null && ![key("a"), key("b")].includes(event.key)) return;
    if (event.newValue === null) block(JOURNAL_SAYS.erased);
    else if (overtaken(event.newValue)) block(JOURNAL_SAYS.changed);
  });
  listen(window, "pagehide", () => { keep(); post("bye"); });
  listen(document, "visibilitychange", () => {
    if (document.visibilityState === "hidden") { keep(); return; }
    others.clear(); // a tab that crashed said no goodbye
    post("hello");
  });
  listen(window, "beforeunload", (event) => { keep(); if (dirty || writing) event.preventDefault(); });
  return self;
}
