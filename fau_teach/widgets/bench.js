// The coding bench: a viewer, marks and codes of events, and a session whose every step Python takes
// and checks. What the coder made is in one plain state, which the journal keeps after each change.
const MARKS = ["onset", "apex", "offset"];
const SURE = ["low", "medium", "high"];
const STEPS = [["code", "1 Code"], ["emotions", "2 Emotions"], ["compare", "3 Compare"]];
const BENCH_KEYS = [["1, 2, 3", "set ▲ onset, ◆ apex, ▼ offset here; on the same frame again: clear"], ["0", "this frame is the neutral one"], ["C", "write codes"], ["R", "region by region: this one is looked at, show the next"],
  ["Enter in the codes", "save the event"], ["[, ]", "event before, after"], ["Esc", "new event"], ["Delete", "remove the event"],
  ["Ctrl+Z, Ctrl+Shift+Z", "take a step back, make it again"], ["?", "this list"]];
const UNKNOWN = { hidden: 0, doubts: [], undo: "", redo: "" };
const NOTHING = { id: "", onset: null, apex: null, offset: null, aus: "", certainty: "", notes: "" };

function render({ model, el }) {
  const data = model.get("data");
  const clerk = makeClerk(model);
  const live = Boolean(model.send);
  const journal = makeJournal(live ? `bench ${model.get("store")}` : "bench", { version: 1 });
  const { region, say } = announcer();
  const fresh = () => ({ session: null, clip: "", coder: "", pass: 1, scripts: {}, neutrals: {}, definition: "total500", blind: true,
    drafts: {}, sheets: {}, step: "code" });
  const work = fresh();
  let [rows, answer, folders, drives, ended] = [[], UNKNOWN, new Map(), new Map(), false];
  let [chain, busy, held, sent, compared] = [Promise.resolve(), 0, "", null, 0];

  const coder = () => (work.pass > 1 ? `${work.coder || "me"} #${work.pass}` : work.coder || "me");
  const watched = () => work.session?.watched.find((one) => one.clip === work.clip);
  const done = () => watched()?.done || [];
  const place = (clip = work.clip) => `${clip} ${coder()}`;
  const sheet = () => (work.sheets[place()] ||= []);
  const half = ({ onset, aus } = NOTHING) => onset !== null || aus !== "";
  const draft = () => (work.drafts[place()] ||= { ...NOTHING }); // the event that is written, one for each clip and coder
  const button = (text, press, more = {}) => make("button", { type: "button", onclick: press, ...more }, text);
  const quiet = (...text) => make("p", { class: "ntl-quiet" }, ...text);

  // -- Python: one step after another, each on the session that the one before gave

  // Python holds the session; to one that does not, such as one that had to start again, it is sent.
  async function ask(payload) {
    let told = held ? await clerk.call("bench", { ...payload, held }) : null;
    if (!told || told.error?.place === "held") told = await clerk.call("bench", { ...payload, title: data.title, session: work.session ?? undefined });
    if (told.held) held = told.held;
    if (told.session) work.session = told.session;
    else if (told.history) follow(told);
    return told;
  }

  function follow({ history, watched: clips = work.session.watched }) { // what is new, as Python tells it
    const { events } = work.session;
    for (const { event, after } of history) {
      const at = events.findIndex((one) => one.id === event);
      events.splice(at < 0 ? events.length : at, at < 0 ? 0 : 1, ...after ? [after] : []);
    }
    work.session.watched = clips;
    work.session.history.push(...history);
  }

  const see = () => ({ coder: coder(), clip: work.clip, definition: work.definition, blind: work.blind });
  function step(payload, spoken, change = {}) {
    const [clip, neutral] = [work.clip, work.neutrals[work.clip]];
    const about = { clip, fps: viewer.fps, frames: viewer.frames, ...neutral === undefined ? {} : { neutral }, ...change };
    let eyes = null;
    root.dataset.busy = busy += 1;
    const turn = chain.then(() => {
      const known = work.session?.watched.find((one) => one.clip === clip);
      const unseen = clip && (!known || change.done || neutral !== undefined && known.neutral !== neutral);
      if (!known) about.coders = [coder()];
      return ask({ ...payload, see: eyes = see(), watch: unseen ? about : undefined });
    }).then((told) => { // another coder may have sat down meanwhile
      if (told.table && JSON.stringify(eyes) === JSON.stringify(see())) [rows, answer] = [told.table.rows, told.table];
      if (payload.op !== "table") {
        problem.textContent = told.error ? `${told.error.problem}. ${told.error.advice || ""}` : "";
        if (!told.error) keep();
        if (problem.textContent || spoken) say(problem.textContent || spoken);
      } else if (told.error) answer = { ...UNKNOWN };
      show();
      return told;
    }).finally(() => { root.dataset.busy = busy -= 1; });
    chain = turn.catch(() => {});
    return turn;
  }
  const act = (op, more, spoken) => step({ op: "step", act: { op, who: coder(), ...more } }, spoken);

  function refresh() {
    [rows, answer] = [[], UNKNOWN];
    if (work.session) step({ op: "table" });
    show();
  }

  function keep() {
    journal.save(work);
    if (!live || !work.session || sent === held) return;
    sent = held;
    model.set("session", JSON.stringify(work.session));
    model.save_changes();
  }

  // -- clips

  async function enter(name, made = null) { // `made`: a script that Python told, with its drive
    if (made) { work.scripts[name] = made.clip; drives.set(name, made.drive); }
    work.clip = name;
    goOn();
    const [known, folder, script] = [watched(), folders.get(name), work.scripts[name]];
    if (folder) folder.fps = known?.fps || folder.fps || Number(fps.value) || 30;
    const blank = (why) => ({ kind: "images", count: known?.frames || 1, fps: known?.fps || 30, load: () => { throw new Error(why); } });
    if (script && !drives.has(name) && clerk.state() !== "ready") (await bank()).forEach((one) => one.name === name && drives.set(name, one.drive));
    if (work.clip !== name) return;
    if (!drives.has(name) && script) {
      viewer.open(blank("Python starts; then this clip is here."), name);
      show();
      const told = await clerk.call("clip", { spec: { clip: script } });
      if (!told.error) drives.set(name, told.drive);
      if (work.clip !== name) return;
    }
    viewer.open(drives.has(name) ? { kind: "clip", drive: drives.get(name) } : folder || blank(script ? "Python is out of reach, so this clip cannot be shown. Your events are here."
      : `Open the folder of ${name} again to see its pictures. Your events are here.`), name);
    around(draft());
    viewer.show("clip", { neutral: work.neutrals[name] ?? known?.neutral ?? 0 });
    if (!opener.contains(document.activeElement)) opener.open = false;
    keep();
    refresh();
    say(`Clip ${name}, ${plural(viewer.frames, "frame", "frames")}`);
  }

  async function openFiles(files) {
    const clips = folderClips(files);
    for (const one of clips) folders.set(one.clip, one);
    if (clips.length) {
      await enter(clips[0].clip);
      const { missing } = clips[0];
      found.textContent = `${plural(clips.length, "clip", "clips")} of pictures. They stay on this machine.${missing ? ` ${plural(missing, "number is", "numbers are")} missing in ${clips[0].clip}: times after a gap are too early.` : ""}`;
      opener.open = false;
      return;
    }
    for (const file of files) {
      const told = await step({ op: "open", text: await file.text(), name: file.name });
      if (told.error) { found.textContent = problem.textContent; return; }
      if (told.drive) {
        await enter(told.name, told);
        found.textContent = other(told.clip);
      } else {
        found.textContent = [`${file.name} is in this session.`, ...(told.notes || [])].join(" ");
        if (!told.clips.includes(work.clip)) await enter(told.clips[0] || work.clip);
      }
    }
  }

  function other({ identity }) { // whose movements one sees, and whose key it is
    const face = model.get("face");
    return [identity === face ? "" : `This clip was made for ${identity}; you see its movements on ${face}.`,
      face === data.keyed ? "" : `The key is computed for ${data.keyed}: on ${face} the same movement shows a little more or less, so a letter near a bound can differ.`].join(" ").trim();
  }

  // Clips that the site has ready, until Python draws others.
  const bank = () => (bank.asked ||= live ? Promise.resolve([]) : siteScript("clips").then(() => globalThis.nerveToLabelClips).catch(() => { bank.asked = null; return []; }));

  async function drawClip() {
    if (clerk.state() !== "ready") {
      const one = (await bank()).find(({ name, kind, level }) => kind === kinds.value && level === levels.value && !work.scripts[name]);
      if (one) {
        [found.textContent, opener.open] = ["", false];
        enter(one.name, one);
        return;
      }
    }
    if (clerk.state() === "starting") found.textContent = "Python starts; then the clip comes.";
    const seed = Math.floor(Math.random() * 1e6);
    const told = await clerk.call("clip", { spec: { kind: kinds.value, difficulty: levels.value, identity: model.get("face"), seed } });
    if (told.error) { found.textContent = told.error.problem; return; }
    [found.textContent, opener.open] = ["", false];
    await enter(`${kinds.value}-${levels.value}-${seed}`, told);
  }

  // -- the event that is written

  const around = ({ onset, apex, offset }) => (onset === null || (offset ?? apex) === null ? viewer.loop(null) : viewer.loop(onset, offset ?? apex));
  const edit = (change) => { Object.assign(draft(), change); keep(); showDraft(); };
  function goOn() { // with the event that was left half written here
    if (!work.session?.events.some((one) => one.id === draft().id)) draft().id = ""; // it was taken back meanwhile
    codes.value = draft().aus;
  }
  function put(name) {
    viewer.stop();
    const same = draft()[name] === viewer.frame;
    edit({ [name]: same ? null : viewer.frame });
    around(draft());
    say(`${name} ${same ? "cleared" : `at frame ${viewer.frame}`}`);
  }

  async function save() {
    await codes.settled();
    const { id, ...event } = { ...draft(), aus: codes.value };
    const here = place();
    if (event.onset === null) { problem.textContent = "Set the onset first: step to the first frame that moves, then press 1."; say(problem.textContent); return; }
    if (!event.aus) { problem.textContent = "Write the codes first; null where nothing moved, ? where you cannot tell."; codes.focus(); say(problem.textContent); return; }
    const seen = done().includes(coder()) ? "after comparison" : "";
    const told = await (id ? act("change", { id, reason: seen, event }, "Event changed")
      : act("add", { reason: seen, event: { ...event, coder: coder(), clip: work.clip, subject: watched()?.subject || "", fps: viewer.fps } }, "Event added"));
    if (told.error) return;
    if (place() === here) pick("");
    else work.drafts[here] = { ...NOTHING };
  }

  async function remove() {
    const { id } = draft();
    pick("");
    if (id) await act("remove", { id }, "Event removed; Undo brings it back");
  }

  function rest() { // the frame that is shown is the neutral one of this clip
    work.neutrals[work.clip] = viewer.frame;
    viewer.show(viewer.mode, { neutral: viewer.frame });
    const spoken = `Neutral is frame ${viewer.frame}`;
    if (watched()) step({ op: "step" }, spoken);
    else { keep(); say(spoken); } // nobody has coded this clip yet
  }

  const undo = (again) => { if (answer[again ? "redo" : "undo"]) { if (draft().id) pick(""); act(again ? "redo" : "undo", {}, again ? "Made again" : "Taken back"); } };

  function scanOn() { // tick the region that is shown, and show the next one
    const next = () => data.regions.find(([id]) => !sheet().includes(id));
    scan.parentElement.open = true;
    if (next()?.[3] === viewer.el.dataset.zoom) sheet().push(next()[0]);
    viewer.zoom(next()?.[3] || "whole");
    say(next() ? `Look at: ${next()[1]}` : "Every region is looked at");
    keep();
    showScan();
  }

  function pick(id) {
    const row = rows.find((one) => one.id === id && one.coder === coder());
    const [spare, before] = [`${place()}\n`, draft()];
    if (row && !before.id && half(before)) work.drafts[spare] = before; // comes back after the event that is picked
    work.drafts[place()] = row ? Object.fromEntries(Object.keys(NOTHING).map((name) => [name, row[name]])) : before.id && work.drafts[spare] || { ...NOTHING };
    if (!row) delete work.drafts[spare];
    codes.value = draft().aus;
    if (row) viewer.seek(row.onset);
    around(draft());
    problem.textContent = "";
    edit({});
    showRows();
    if (row) say(`Event ${row.score}, onset ${row.onset}`);
  }

  function walk(by) {
    const mine = rows.filter((one) => one.coder === coder());
    const at = mine.findIndex((one) => one.id === draft().id);
    if (mine.length) pick(mine[Math.max(0, Math.min(mine.length - 1, at < 0 ? (by > 0 ? 0 : mine.length - 1) : at + by))].id);
  }

  // -- parts of the page

  const viewer = makeViewer({ source: { kind: "images", count: 1, fps: 30, load: () => new Promise(() => {}) }, label: "Bench", face: () => faceOf(model) });
  const codes = makeCodes({ clerk, choices: data.choices, label: "Codes", onenter: save, onchange: (aus) => { draft().aus = aus; keep(); showLanes(); } });
  const [title, heading, scan] = [make("h3", { class: "title" }), make("h4", {}), make("ol", { class: "scan" })];
  const setters = MARKS.map((name, at) => button("", () => put(name), { value: name, "aria-keyshortcuts": at + 1 }));
  const sure = SURE.map((name) => button(name, () => edit({ certainty: draft().certainty === name ? "" : name }), { value: name }));
  const notes = make("textarea", { id: unique("notes"), rows: 1, oninput: () => { draft().notes = notes.value; keep(); } });
  const [saver, remover] = [button("Save event", save, { class: "go" }), button("Remove", remove)];
  const neutral = button("Neutral here", rest, { title: "Take this frame as the neutral one" });
  const list = make("div", { class: "wide-table", tabindex: 0, role: "region", "aria-label": "Events" });
  const [undoer, redoer] = [button("Undo", () => undo(false)), button("Redo", () => undo(true))];
  const definitions = make("select", { onchange: () => { work.definition = definitions.value; keep(); if (work.session) step({ op: "table" }); } }, data.definitions.map(([id, text]) => make("option", { value: id }, text)));
  const ender = button("Done with this clip", finish);
  const blind = make("input", { type: "checkbox", onchange: () => { work.blind = blind.checked; keep(); refresh(); } });
  const passes = make("select", { "aria-label": "Pass", onchange: () => { work.pass = Number(passes.value); goOn(); around(draft()); keep(); refresh(); } }, [[1, "first pass"], [2, "second pass"], [3, "third pass"]].map(([value, text]) => make("option", { value }, text)));
  const who = make("input", { id: unique("who"), type: "text", placeholder: "me", maxlength: 40, autocomplete: "off", onchange: () => { work.coder = who.value.trim(); goOn(); around(draft()); keep(); refresh(); } });
  const steps = STEPS.map(([value, text]) => button(text, () => { work.step = value; keep(); show(); }, { value }));
  const panes = Object.fromEntries(STEPS.map(([value]) => [value, make("div", { class: `pane ${value}` })]));
  const [status, python] = [make("span", { class: "status ntl-quiet", role: "status" }), make("span", { class: "python ntl-quiet" })];
  const [problem, found] = [make("p", { class: "problem", role: "alert" }), make("p", { class: "ntl-quiet", role: "status" })];
  const [kinds, levels] = [data.kinds, data.levels].map((names, at) => make("select", { "aria-label": at ? "Difficulty" : "Kind" }, names.map((name) => make("option", { value: name }, name))));
  const fps = make("input", { id: unique("fps"), type: "number", min: 1, max: 10000, value: 30, step: "any" });
  const fileButton = (text, more) => make("label", { class: "file" }, make("b", {}, text), make("input", { type: "file", ...more, onchange: ({ target }) => openFiles([...target.files]).then(() => { target.value = ""; }) }));
  const clips = make("div", { class: "choices clips", role: "group", "aria-label": "Clip" });
  const opener = make("details", { class: "opener" }, make("summary", {}, "Clips and files"),
    make("div", { class: "line" }, make("b", {}, "Draw a clip "), kinds, levels, button("Draw", drawClip)),
    make("div", { class: "line" }, fileButton("Open a folder of pictures", { webkitdirectory: true, multiple: true, class: "folder" }), make("label", { for: fps.id }, "at frames a second:"), fps),
    make("div", { class: "line" }, fileButton("Open a clip or a session", { accept: ".json,.csv", class: "session" }),
      button("Save session (JSON)", () => give("json")), button("Save events (CSV)", () => give("csv")), button("Erase all", erase)),
    found);
  const help = make("dialog", { class: "ntl-bench-keys", "aria-label": "Shortcuts" }, make("h4", {}, "Shortcuts"),
    make("p", {}, "They act while the keyboard is in the bench, and not while you write."),
    make("dl", {}, [...BENCH_KEYS, ...VIEW_KEYS].flatMap(([keys, text]) => [make("dt", {}, keys), make("dd", {}, text)])),
    make("form", { method: "dialog" }, make("button", {}, "Close")));

  panes.code.append(make("section", { class: "event" }, heading, make("div", { class: "setters" }, setters), codes.el,
    make("div", { class: "line", role: "group", "aria-label": "Certainty" }, make("span", {}, "Certainty"), sure),
    make("label", { for: notes.id }, "Notes"), notes, problem,
    make("div", { class: "line" }, saver, button("New", () => pick("")), remover)),
  make("section", { class: "events" }, make("div", { class: "line" }, make("h4", {}, "Events"), undoer, redoer, make("label", {}, "Micro: ", definitions)), list),
  make("details", { class: "sheet" }, make("summary", {}, "Score sheet: regions in order"),
    quiet("Go through the face in one order, every time. Tick a region when you have looked at it in motion. The order is ours."), scan),
  make("div", { class: "line finish" }, ender, make("label", {}, blind, " blind"), passes));

  const root = make("div", { class: "ntl ntl-bench", ...OWN_KEYS, role: "group", "aria-label": model.get("label"), tabindex: -1, onkeydown: keys,
    ondragover: (event) => event.preventDefault(),
    ondrop: async (event) => { event.preventDefault(); openFiles(await droppedFiles(event.dataTransfer)); } },
  make("header", {}, title, make("div", { class: "who" }, make("label", { for: who.id }, "Coder"), who), make("div", { class: "choices", role: "group", "aria-label": "Step" }, steps),
    button("?", () => help.showModal(), { "aria-label": "Shortcuts", class: "help" })),
  opener, clips, make("div", { class: "desk" }, viewer.el, make("div", { class: "panes" }, Object.values(panes))),
  make("footer", {}, status, python), help, region);
  el.append(keepKeys(root));
  root.dataset.busy = 0;

  function keys(event) {
    if (help.open) return;
    const writing = event.target.matches("input:not([type=range],[type=checkbox]), textarea, select");
    if ((event.ctrlKey || event.metaKey) && !writing && /^[zy]$/i.test(event.key)) undo(event.shiftKey || event.key === "y");
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Escape") { pick(""); viewer.canvas.focus(); }
    else if (writing) return;
    else {
      const act = { 0: rest, 1: () => put("onset"), 2: () => put("apex"), 3: () => put("offset"), c: () => codes.focus(), r: scanOn, "[": () => walk(-1), "]": () => walk(1),
        Delete: remove, "?": () => help.showModal() }[event.key];
      if (!act || work.step !== "code" && event.key !== "?") { viewer.keys(event); return; }
      act();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // -- showing

  function showDraft() {
    const now = draft();
    heading.textContent = now.id ? `Event ${now.id}` : "New event";
    setters.forEach((one) => {
      const at = now[one.value];
      one.textContent = `${GLYPHS[one.value]} ${one.value} ${at ?? "–"}`;
      one.setAttribute("aria-label", `Set ${one.value} at this frame, now ${at ?? "not set"}`);
      one.setAttribute("aria-pressed", String(at !== null));
    });
    sure.forEach((one) => one.setAttribute("aria-pressed", String(one.value === now.certainty)));
    if (notes.value !== now.notes) notes.value = now.notes;
    saver.textContent = now.id ? "Save changes" : "Save event";
    remover.disabled = !now.id;
    viewer.show(viewer.mode, { onset: now.onset, apex: now.apex });
    showLanes();
    Object.assign(root.dataset, { draft: now.id, ...Object.fromEntries(MARKS.map((name) => [name, now[name] ?? ""])) });
  }

  function showLanes() {
    const now = draft();
    const all = rows.filter((one) => one.id !== now.id).map((one) => ({ ...one, text: one.score, kind: one.coder === coder() ? "" : "other" }));
    const first = MARKS.map((name) => now[name]).find((frame) => frame !== null);
    if (first !== undefined) all.push({ ...now, onset: now.onset ?? first, text: codes.value || "…", on: true });
    viewer.lanes([...all, ...ended && ended.clip === work.clip && done().includes(coder()) ? ended.key.map((one) => ({ ...one, text: `key ${one.score}`, kind: "key" })) : []]);
  }

  function showRows() {
    const mine = work.session?.events.filter((one) => one.clip === work.clip && one.coder === coder()).length;
    holdFocus(root, () => list.replaceChildren(rows.length ? grid(`${plural(rows.length, "event", "events")} of ${work.clip}`, ["Codes", ...MARKS.map((name) => GLYPHS[name]), "Lasts", "Type"],
      rows.map((one) => [one.coder === coder() ? button(one.score, () => pick(one.id), { "data-key": one.id, title: one.names.join(", "), "aria-pressed": String(one.id === draft().id) }) : make("span", {}, one.score, ` (${one.coder})`),
        ...MARKS.map((name) => one[name] ?? "–"), one.lasts || "–", one.open ? `${one.type}, but the frames cannot decide` : one.type || "–"]))
      : quiet(mine ? `${plural(mine, "event", "events")} of yours, shown as soon as Python is there.` : "No event yet. Step to the first frame that moves and press 1.")));
    if (answer.hidden) list.append(quiet(`${plural(answer.hidden, "event is", "events are")} hidden until both codings are done.`));
    if (answer.doubts.length) list.append(make("ul", { class: "doubts" }, answer.doubts.map((text) => make("li", {}, text))));
    [[undoer, answer.undo, "Undo"], [redoer, answer.redo, "Redo"]].forEach(([one, what, name]) => { one.disabled = !what; one.title = what ? `${name}: ${what}` : name; });
  }

  function show() {
    title.textContent = work.clip || "No clip";
    steps.forEach((one) => one.setAttribute("aria-pressed", String(one.value === work.step)));
    Object.entries(panes).forEach(([name, pane]) => { pane.hidden = name !== work.step; });
    if (who.value !== work.coder && document.activeElement !== who) who.value = work.coder;
    [passes.value, definitions.value, blind.checked] = [work.pass, work.definition, work.blind];
    const all = new Set([...Object.keys(work.scripts), ...folders.keys(), ...(work.session?.watched || []).map((one) => one.clip),
      ...Object.keys(work.drafts).filter((key) => key.endsWith(place("")) && half(work.drafts[key])).map((key) => key.slice(0, -place("").length))]);
    clips.hidden = all.size < 2;
    const state = (name) => (work.session?.watched.find((one) => one.clip === name)?.done?.includes(coder()) ? [" ✓", "You are done with it"]
      : name !== work.clip && half(work.drafts[place(name)]) ? [" ✎", "An event is half written here"] : ["", ""]);
    holdFocus(root, () => clips.replaceChildren(...[...all].map((name) => button(name + state(name)[0], () => enter(name), { "data-key": `clip ${name}`, title: state(name)[1], "aria-pressed": String(name === work.clip) }))));
    const ended_ = done().includes(coder());
    ender.setAttribute("aria-pressed", String(ended_));
    showScan();
    Object.assign(root.dataset, { step: work.step, clip: work.clip, coder: coder(), events: rows.length, hidden: answer.hidden, done: ended_ });
    showRows();
    showDraft();
    if (work.step === "emotions") showEmotions();
    if (work.step === "compare" && !(busy && answer === UNKNOWN)) showCompare();
  }

  function showScan() {
    scan.replaceChildren(...data.regions.map(([id, name, about, zoom]) => {
      const box = make("input", { type: "checkbox", checked: sheet().includes(id), onchange: () => {
        work.sheets[`${work.clip} ${coder()}`] = box.checked ? [...sheet(), id] : sheet().filter((one) => one !== id);
        keep();
      } });
      return make("li", {}, button("Look", () => viewer.zoom(zoom), { "aria-label": `Zoom: ${name}` }), make("label", {}, box, " ", make("b", {}, name), ` ${about}`));
    }));
  }

  function finish() {
    const [now, me, saw] = [done(), coder(), watched()?.coders || []];
    const over = !now.includes(me);
    step({ op: "step" }, over ? "Done. You may compare now" : "Open again", { done: over ? [...now, me] : now.filter((one) => one !== me),
      ...saw.length ? { coders: [...new Set([...saw, me])] } : {} });
  }

  // -- emotions: three conditions, after and apart from the codes

  async function showEmotions() {
    const pane = panes.emotions;
    const told = work.session ? await ask({ op: "emotions", coder: coder(), clip: work.clip }) : { rows: [] };
    if (told.error) { pane.replaceChildren(quiet(told.error.problem)); return; }
    const words = unique("words");
    const set = (id, event) => act("change", { id, event });
    holdFocus(root, () => pane.replaceChildren(make("h4", {}, "Emotion labels"),
      quiet("An action unit is not an emotion. A label needs three conditions: the action units, what the material was meant to evoke, and what the person reported. Finish the codes first."),
      make("datalist", { id: words }, data.words.map((word) => make("option", { value: word }))),
      ...told.rows.map((one) => {
        const field = (name, text) => make("label", {}, text, make("input", { type: "text", list: words, value: one[name], "data-key": `${name} ${one.id}`, onchange: ({ target }) => set(one.id, { [name]: target.value.trim() }) }));
        return make("section", { class: "label", "aria-label": `Event ${one.id}` }, make("h5", {}, `${one.score}, from frame ${one.onset}`),
          one.habits.map((text) => make("p", { class: "habit" }, `${text} It stays coded and has no vote.`)),
          make("div", { class: "line" }, field("material", "Material "), field("self_report", "Self-report ")),
          make("p", {}, make("b", {}, `Proposed: ${one.label}, ${one.confidence} confidence${one.review ? ", needs review" : ""}. `), `${one.reason}.`),
          make("div", { class: "line" }, field("emotion", "Label "), button(`Use “${one.label}”`, () => set(one.id, { emotion: one.label }), { "data-key": `use ${one.id}` })));
      }), told.rows.length ? "" : quiet("No event of yours in this clip yet.")));
  }

  // -- compare: with the key where the clip has one, with others who are done

  async function showCompare() {
    const pane = panes.compare;
    if (!done().includes(coder())) { pane.replaceChildren(make("h4", {}, "Compare"), quiet("Press “Done with this clip” on the first step, then compare. What you change afterwards is marked as changed after comparison.")); return; }
    const script = work.scripts[work.clip];
    const mine = rows.filter((one) => one.coder === coder());
    const parts = [make("h4", {}, "Compare")], turn = compared += 1;
    pane.replaceChildren(make("h4", {}, "Compare"), quiet("Comparing …")); // never what an earlier state gave
    if (script) {
      const told = await clerk.call("feedback", { clip: script, name: work.clip, events: mine.map(({ coder: name, onset, apex, offset, aus }) => ({ coder: name, onset, apex, offset, aus })) });
      if (told.error) parts.push(quiet(told.error.problem));
      else {
        ended = { clip: work.clip, key: told.key };
        showLanes();
        if (other(script)) parts.push(quiet(other(script)));
        parts.push(make("p", { class: "score" }, told.agreement === null ? "Nothing to see and nothing scored." : `Agreement with the key: ${told.agreement.toFixed(2)}`),
          make("div", { class: "wide-table", tabindex: 0, role: "region", "aria-label": "Feedback" }, grid("The key of a made clip is what shows on the face; differences in frames, + is late.", ["Key", "You", "Result", "▲", "◆", "▼"], told.rows)),
          ...told.cues.map((one) => make("p", { class: "cue" }, one.cue)), ...(told.limits || []).slice(0, 2).map((one) => quiet(one.text)));
      }
    }
    const told = await ask({ op: "compare", clip: work.clip, done: done() });
    if (told.text) parts.push(make("h5", {}, `Coders: ${told.coders.join(", ")}`), make("pre", { tabindex: 0 }, told.text));
    else parts.push(quiet(script ? "No second coding is done here yet. A second pass of your own counts as one." : "This clip has no key. Compare with another coder, or with a second pass of your own, once both are done."));
    if (turn === compared) pane.replaceChildren(...parts);
  }

  // -- files

  async function give(kind) {
    if (!work.session) { found.textContent = "There is no event to save yet."; return; }
    const told = kind === "csv" ? await clerk.call("session", { op: "csv", session: work.session }) : { json: JSON.stringify(work.session, null, 1) };
    if (told.error) { found.textContent = told.error.problem; return; }
    const href = URL.createObjectURL(new Blob([told[kind]], { type: kind === "csv" ? "text/csv" : "application/json" }));
    Object.assign(document.createElement("a"), { href, download: `${data.title.toLowerCase().replaceAll(" ", "-")}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }

  async function erase() {
    const file = live && model.get("saved")?.path;
    if (!confirm(`Erase every event and clip of this bench in this browser${file ? ` and in ${file}?` : "? A file that you saved stays."}`)) return;
    wipe();
  }

  async function wipe() {
    await journal.erase();
    if (live) { model.set("session", ""); model.save_changes(); }
    Object.assign(work, fresh(), { aside: undefined });
    [ended, held] = [false, ""];
    folders.clear();
    return begin();
  }

  // -- life

  function begin() { // with the clip that the figure brings
    const [{ name, script, drive }, remote] = [data.clip || {}, model.get("sources") || []];
    remote.forEach((one, film) => folders.set(one.name, kernelFrames(model, one, film)));
    const fresh = remote.length ? !remote.some((one) => one.name === work.clip) : live && name && !work.scripts[name];
    if (name) { work.scripts[name] ||= script; drives.set(name, drive); }
    return enter(fresh ? remote[0]?.name || name : work.clip || name);
  }

  function kept({ saved, at, problem: trouble }) {
    const kernel = live && model.get("saved");
    status.textContent = trouble || kernel?.problem || (at ? `${saved ? "Saved" : "Saving"}${saved ? ` ${new Date(at).toLocaleTimeString()}` : " …"} in this browser${kernel?.path ? ` and in ${kernel.path}` : ""}.` : "Nothing to save yet.") + (kernel?.note ? ` ${kernel.note}` : "");
    status.classList.toggle("wrong", Boolean(trouble || kernel?.problem));
    root.dataset.saved = saved;
  }

  viewer.el.querySelector(".tools").append(neutral);
  viewer.on("pick", pick);
  viewer.on("flash", say);
  const leave = [clerk.onstate((state, text) => {
    root.dataset.python = state.split(":")[0];
    python.textContent = state === "ready" ? "" : state === "starting" ? text || "Python starts; you can look, mark and write already." : `${state.slice(9)}.`;
    if (state === "ready" && root.dataset.ready && work.session) step({ op: "table" });
  }), journal.onstatus(kept)];
  model.on("change:saved", () => kept(journal.status()));

  (async () => {
    const old = await journal.load();
    const [mine, given] = [old?.session, live && model.get("session") ? JSON.parse(model.get("session")) : null];
    const { draft: single, ...rest } = old || {}; // an older page kept one event
    Object.assign(work, rest);
    if (single && !rest.drafts) work.drafts = { [place()]: { ...NOTHING, ...single } };
    const goesOn = (late, early) => (early.history.length || !early.events.length) && JSON.stringify(late.history.slice(0, early.history.length)) === JSON.stringify(early.history);
    const known = mine && given && mine.history.length > given.history.length && goesOn(mine, given); // a kernel that was killed knows fewer steps
    if (given && !known) work.session = given;
    if (model.get("coder") && (live || !work.coder)) work.coder = model.get("coder");
    await begin();
    if (mine && given && !known && !goesOn(given, mine)) { // the file was replaced
      work.aside = mine;
      step({ op: "open", text: JSON.stringify(mine), name: "browser" }).then(({ error }) => {
        if (!error) problem.textContent = "The file and this browser held different steps of this session. Both are joined here.";
      });
    }
    keep();
    show();
    root.dataset.ready = true;
  })();

  // For tests.
  root.bench = { viewer, journal, work: () => work, idle: () => chain, wipe };
  return () => { leave.forEach((end) => end()); viewer.destroy(); journal.close(); };
}

export default { render };
