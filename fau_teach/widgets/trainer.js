// The training path. Python says what to show, what an answer is worth and what comes next; this
// module shows it, takes the answer and keeps the record through the journal.
const TESTS = ["mock", "retention"];
const [SLOW, QUICK] = [70, 30]; // a first guess at the seconds that a written score takes, and others
const HELP = [["1 – 6", "choose; where key frames are asked for: 1 ▲, 2 ◆, 3 ▼ at this frame"], ["7, 8, 9", "guess, fairly sure, sure"],
  ["Enter", "commit, next, show the flash"], ["C, Escape", "go to the codes, leave them"], ["R", "after the key: look again and retry"], ["?", "this list"],
  ...VIEW_KEYS.filter(([key]) => key !== "F")];

function render({ model, el }) {
  const data = model.get("data");
  const clerk = makeClerk(model);
  const journal = makeJournal("training", { version: 1 });
  const { region, say } = announcer();
  const kept = { record: null, pending: [], open: null }; // what the journal keeps
  const stages = new Map(data.stages.map((one) => [one.id, one]));
  const packs = new Map();
  const cued = new Set(); // sets whose cue was shown
  let [overview, work, viewers, begun, settling] = [null, {}, [], false, null]; // the first view takes no focus
  const ready = () => clerk.state() === "ready";
  const now = () => new Date().toISOString();
  const save = () => journal.save(kept);
  const button = (text, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, text);
  const primary = (text, onclick) => button(text, onclick, { class: "primary" });
  const acts = (...parts) => make("div", { class: "acts" }, parts.filter(Boolean));
  const quiet = (...text) => make("p", { class: "ntl-quiet" }, ...text);

  // -- Python, faces, saving

  async function ask(name, payload) {
    const found = await clerk.call(name, { now: now(), ...payload });
    trouble.textContent = found.error ? `${found.error.problem}. ${found.error.advice}.` : "";
    return found;
  }
  const names = new Map(data.choices.flatMap(([, units]) => units.map(([code, , name]) => [code, name])));
  const named = (option) => option.split("+").map((code) => names.get(code)).filter(Boolean).join(" + ");
  const blank = () => ({ ...kept.record, answers: [], exams: [] });
  const shown = async (item) => (await ask("next", { item, stage: "drills" })).item;
  const keyOf = async (item, answer) => (await ask("answer", { record: blank(), stage: "drills", item, answer })).feedback;

  function faceFor(name) {
    if (!studio().usable()) throw new Error("no WebGL2");
    if (!packs.has(name)) packs.set(name, model.send && !location.pathname.includes("/lite/") ? new Promise((resolve) => {
      model.on("msg:custom", (said) => { if (said?.face === name) resolve(said.pack); });
      model.send({ face: name });
    }) : packedFace({ get: (what) => (what === "face" ? name : "") }));
    return packs.get(name).then(sharedFace);
  }

  const viewerOf = (item, more = {}) =>
    viewers[viewers.push(makeViewer({ source: { kind: "clip", drive: item.drive }, label: "The face", face: () => faceFor(item.face), ...more })) - 1];
  const itemOf = (viewer, side, more = "") => make("div", { class: `item ${more}` }, make("div", { class: "seen" }, viewer.el), side);

  // A record, with the answers that were given before Python was there.
  const settle = () => settling ||= (async () => {
    if (!kept.record) kept.record = (await ask("new", {})).record || null;
    while (kept.record && kept.pending.length) {
      const found = await ask("answer", { ...kept.pending[0], record: kept.record });
      if (found.offline) return false;
      if (!found.error) kept.record = found.record;
      kept.pending.shift();
    }
    if (kept.record) save();
    return Boolean(kept.record);
  })().finally(() => { settling = null; });

  async function python() { // waits with a quiet note; false where there is none
    if (ready()) return settle();
    page(heading("One moment"), quiet("Python is still starting. This goes on by itself."), make("progress", { "aria-label": "Python is starting" }));
    return await clerk.ready ? settle() : (farewell(), false);
  }

  async function look() {
    const found = ready() && kept.record && await ask("progress", { record: kept.record });
    return overview = found && !found.error ? found : null;
  }

  // -- pages

  function page(...nodes) {
    work = {};
    root.dataset.item = "";
    body.replaceChildren(...nodes.flat().filter(Boolean));
    viewers = viewers.filter((one) => body.contains(one.el) || one.destroy());
    tabs.forEach((tab) => tab.removeAttribute("aria-current"));
    if (begun) focusOn(body.querySelector("h3"));
  }
  function focusOn(target) {
    target.focus({ preventScroll: true });
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
  }
  const mark = (name) => tabs.find((tab) => tab.value === name).setAttribute("aria-current", "page");
  const given = () => kept.record?.answers || [];
  const today = () => new Set(given().filter((one) => one.when.startsWith(now().slice(0, 10)) && !(one.attempt > 1)).map((one) => one.item)).size + kept.pending.length;
  const daily = () => kept.record?.settings.daily || 30;

  async function home(message = "") {
    const [made, wish] = [overview || await look(), model.get("stage")];
    const advised = made?.recommended.stage || "pretest";
    const first = kept.open?.stage || (wish && !given().length ? wish : advised);
    const left = Math.max(0, daily() - today());
    const test = TESTS.includes(advised);
    const each = test ? SLOW : (made?.ability.n > 9 && made.ability.seconds) || QUICK;
    const minutes = Math.round(((test ? data.clips : left) * each) / 60);
    const name = (id) => stages.get(id)?.title || model.get("bank");
    page(heading("Your path"), message && make("p", { class: "message" }, message),
      make("div", { class: "sitting" }, make("p", {}, make("b", {}, left ? `Today: ${plural(test ? data.clips : left, "item", "items")}, about ${plural(Math.max(1, minutes), "minute", "minutes")}.`
        : "Today’s items are done; sleep helps more than going on."), ` ${made?.recommended.reason || "Begin with one item of each skill."}`),
      acts(primary(`${given().length || kept.pending.length ? "Go on" : "Start"}: ${name(first)}`, () => open(first, kept.open?.about || "")),
        first === advised ? null : button(`Recommended: ${name(advised)}`, () => open(advised)),
        model.get("bank") && first !== "bank" ? button(`Your class’s items: ${model.get("bank")}`, () => open("bank")) : null)),
      make("ol", { class: "stages", "aria-label": "Stages; any can be chosen" }, data.stages.map(({ id, title, what }) => {
        const line = made?.stages.find((one) => one.id === id);
        const state = id === advised ? "recommended" : line?.of && line.done >= line.of ? "done" : "open";
        return make("li", { class: state }, make("button", { type: "button", "data-stage": id, "aria-current": id === advised ? "step" : null, onclick: () => open(id) },
          make("span", { class: "sign", "aria-hidden": "true" }, { recommended: "→", done: "✓", open: "○" }[state]),
          make("span", {}, make("b", {}, title), make("span", { class: "ntl-quiet" }, ` ${what}`)),
          make("span", { class: "count" }, make("span", { class: "ntl-aloud" }, state), line?.of && line.done ? ` ${Math.min(line.done, line.of)} of ${line.of}` : "")));
      })));
    mark("home");
  }

  async function open(stage, about = "") {
    begun = true;
    if ((!ready() && stage === "pretest" && opening()) || !await python()) return;
    if (stage === "lessons" && !about) lessons();
    else if (TESTS.includes(stage)) test(stage);
    else begin(stage, about);
  }

  function begin(stage, about = "", coming = null) {
    kept.open = { stage, about, draft: kept.open?.stage === stage ? kept.open.draft : null };
    next(coming);
  }

  function opening() { // an item that came with the page; false where all are answered
    const item = kept.record ? null : data.opening[kept.pending.length];
    if (!item) return false;
    kept.open = { stage: "pretest", about: "", draft: kept.open?.draft };
    question(item, { reason: `item ${kept.pending.length + 1}` });
    return true;
  }

  async function next(coming = null) {
    const { stage, about } = kept.open;
    const found = coming ? { item: coming } : stage === "bank" ? await ofBank() : await ask("next", { record: kept.record, stage, about });
    if (found.error) home(trouble.textContent);
    else if (found.item.finished) ended(stage, found.item.finished);
    else if (stage === "lessons" && !cued.has(found.item.skill)) lesson(found.item.skill, found.item);
    else question(found.item);
  }

  async function ofBank() {
    const found = await ask("bank", { name: model.get("bank"), count: data.clips });
    const left = (found.items || []).filter((name) => !given().some((one) => one.item === name));
    if (found.error || !left.length) return { ...found, item: { finished: "Your class’s items are done" } };
    return { item: { ...await shown(left[0]), reason: `${data.clips - left.length + 1} of ${data.clips}, ${model.get("bank")}` } };
  }

  function ended(stage, text) {
    kept.open = overview = null;
    save();
    if (TESTS.includes(stage)) result(stage);
    else if (stage === "pretest") stood();
    else home(`${text}.`);
  }

  function stood() { // what the pretest said
    const [mine, right] = [given().filter((one) => one.stage === "pretest"), (one) => one.credit >= data.good];
    page(heading("The pretest is done"), make("p", {}, make("b", {}, `${mine.filter(right).length} of ${mine.length} right. `),
      "From here on the path follows what you miss. A low number is the usual beginning, and guesses are in it."),
    acts(primary("Go on to the cues", () => open("lessons")), button("Your path", () => home())),
    limitsView(data.limits),
    table("The items", ["item", "key", "yours", ""], mine.map((one, at) => { // the right score may have key frames that are off
      const [sign, word] = right(one) ? ["✓", "right"] : one.credit ? ["◐", "partly right"] : ["✗", "not right"];
      return [String(at + 1), loose(one.shown), `${loose(one.given)}${one.credit % 1 && one.item.includes(".mark.") ? ", key frames off" : ""}`, button(`${sign} Look`, () => review(one, stood), { "aria-label": `Look at item ${at + 1}, ${word}` })];
    })));
  }

  // -- one item

  function question(item, { attempt = 1, reason = item.reason } = {}) {
    const [flash, marking] = [item.kind === "flash", item.kind === "mark"];
    const written = marking || item.kind === "score";
    const event = () => ({ aus: "", onset: null, apex: null, offset: null });
    const held = attempt === 1 && kept.open?.draft?.item === item.id ? kept.open.draft : null;
    const draft = held || { item: item.id, choice: "", certainty: "", events: [event()] };
    const [began, viewer] = [performance.now(), viewerOf(item, flash ? { tools: false, transport: false } : {})];
    let [seen, busy, at, codes] = [!flash, false, 0, []];
    const problem = make("p", { class: "problem", role: "alert" });
    const note = flash && quiet(`${reducedMotion() ? "You asked this device for less motion. This item shows a sudden movement. " : ""}Look at the cross. The movement comes once, in real time; then the last picture stays.`);
    const button_ = (value, number, press, ...text) => make("button", { type: "button", value, "aria-pressed": "false", "aria-keyshortcuts": number, onclick: press },
      make("kbd", { "aria-hidden": "true" }, String(number)), ...text);
    const options = item.options.map((option, k) => button_(option, k + 1, () => choose({ choice: option }), make("span", {}, make("b", {}, codeLabel(option)),
      make("small", {}, OPTION_SAYS[option] || named(option)))));
    const levels = Object.entries(SURENESS).map(([name, text], k) => button_(name, k + 7, () => choose({ certainty: name }), text));
    const commitIt = primary("Commit", commit);
    const rows = make("div", { class: "events" });

    function choose(change) {
      if (!seen) return;
      Object.assign(draft, change);
      problem.textContent = "";
      options.forEach((one) => one.setAttribute("aria-pressed", String(one.value === draft.choice)));
      levels.forEach((one) => one.setAttribute("aria-pressed", String(one.value === draft.certainty)));
      if (kept.open && Object.keys(change).length) { kept.open.draft = draft; save(); }
    }

    function events() {
      codes = draft.events.map((one, k) => makeCodes({ clerk, value: one.aus, choices: data.choices, onenter: commit,
        label: marking ? `Codes of movement ${k + 1}` : "Your score", onchange: (text) => { one.aus = text; choose({ item: item.id }); } }));
      const more = (act) => () => { act(); at = draft.events.length - 1; events(); codes[at].focus(); };
      rows.replaceChildren(...draft.events.map((one, k) => make("div", { onfocusin: () => { at = k; } }, codes[k].el, marking && setters(one, k) || "")), marking ? acts(
        button("Another movement", more(() => draft.events.push(event()))), draft.events.length > 1 ? button("Take out the last", more(() => draft.events.pop())) : null) : "");
    }
    const setters = (one, k) => make("div", { class: "acts setters", role: "group", "aria-label": `Key frames of movement ${k + 1}` }, Object.entries(MARKS).map(([name, sign], n) =>
      make("button", { type: "button", "data-key": `${name}${k}`, "aria-label": `Set ${name} at this frame, now ${one[name] ?? "not set"}`, onclick: () => { at = k; set(name); } },
        make("kbd", { "aria-hidden": "true" }, String(n + 1)), `${sign} ${name}: ${one[name] ?? "–"}`)));
    function set(name) {
      draft.events[at][name] = viewer.frame;
      choose({ item: item.id });
      holdFocus(rows, () => rows.querySelectorAll(".setters").forEach((one, k) => one.replaceWith(setters(draft.events[k], k))));
      say(`${name} at frame ${viewer.frame}`);
    }

    function lacking() {
      if (!seen) return ["Look at the flash first.", showIt];
      if (options.length) { if (!draft.choice) return ["Choose an answer.", options[0]]; } else for (const [k, { aus, onset, apex, offset }] of draft.events.entries()) {
        if (!aus) return ["Write what moves, or null if nothing does.", codes[k].input];
        if (codes[k].valid === false) return ["This notation cannot be read.", codes[k].input];
        const placed = [onset, apex, offset].every((one) => one !== null) && onset <= apex && apex <= offset;
        if (marking && aus !== "null" && !placed) return ["Set onset, apex and offset, in this order.", rows.querySelectorAll(".setters button")[3 * k]];
      }
      return draft.certainty ? null : ["How sure are you? A guess is an answer, too.", levels[0]];
    }

    async function commit() {
      const lack = lacking();
      if (busy || lack) { if (!busy) { problem.textContent = lack[0]; lack[1].focus(); } return; }
      busy = commitIt.disabled = true;
      const moves = marking && draft.events.some(({ aus }) => aus !== "null");
      const answer = { certainty: draft.certainty, ...(moves ? { events: draft.events } : { [written ? "score" : "choice"]: written ? draft.events[0].aus : draft.choice }) };
      const entry = { stage: item.stage, item: item.id, answer, now: now(), times: { seconds: Math.min(3600, Math.round((performance.now() - began) / 100) / 10) } };
      if (!kept.record) {
        kept.pending.push(entry);
        save();
        if (clerk.state().startsWith("offline")) told(item.told[draft.choice], () => opening() || farewell());
        else if ((ready() || !opening()) && await python()) begin("pretest");
        return;
      }
      if (settling || kept.pending.length) await settle(); // else one of two records would be lost
      const found = await ask("answer", { ...entry, record: kept.record, about: kept.open?.about || "" });
      if (found.error) { busy = commitIt.disabled = false; problem.textContent = trouble.textContent; return; }
      kept.record = found.record;
      if (kept.open) kept.open.draft = null;
      overview = null;
      save();
      if (found.next.face) Promise.resolve(found.next.face).then(faceFor).catch(() => {});
      const enough = attempt === 1 && !item.silent && today() === daily();
      const go = () => (enough ? rest(found.next) : next(kept.open.stage === "bank" ? null : found.next));
      if (found.feedback) told(found.feedback, go);
      else { say("Kept."); go(); }
    }

    function told(found, go) { // the key beside the answer, the place on the face, another look
      const after = flash ? viewerOf(item) : viewer;
      const retry = () => question(item, { attempt: attempt + 1, reason: "Again; this answer is kept, but does not count" });
      if (flash) viewer.el.replaceWith(after.el);
      side.parentElement.className = "item done";
      const on = primary("Next", go);
      side.replaceChildren(toldView(found, attempt === 1), acts(on, kept.record ? button("Look again and retry", retry) : null), again(after, found));
      work = { viewer: after, act: go, keys: (event) => kept.record && event.key.toLowerCase() === "r" && (retry(), true) };
      focusOn(on);
      say(side.querySelector(".verdict").textContent);
    }

    const showIt = flash && primary(reducedMotion() ? "Show the sudden movement" : "Show it", async () => {
      showIt.disabled = true;
      focusOn(title);
      await viewer.ready();
      seen = Boolean(await viewer.flash(null, { before: item.flash.hold_before, after: item.flash.hold_after }));
      side.classList.toggle("unseen", !seen);
      showIt.hidden = seen;
      showIt.disabled = false;
      if (seen) say(note.textContent = "It was shown once. What was it?");
    });
    const title = heading(item.ask);
    const side = make("div", { class: `answer${seen ? "" : " unseen"}` }, note || "", showIt || "", written ? rows
      : make("div", { class: `options of${Math.min(3, options.length)}`, role: "group", "aria-label": item.ask }, options),
    make("div", { class: "certainty", role: "group", "aria-label": "How sure are you?" }, make("span", {}, "How sure are you?"), make("div", {}, levels)), problem, acts(commitIt));
    const exam = kept.record?.exams.find((one) => one.stage === item.stage && given().filter((each) => each.exam === one.id).length < one.items.length);
    const plain = item.silent || attempt > 1 || kept.open?.stage === "bank" || !kept.record;
    const [done, of] = exam ? [given().filter((each) => each.exam === exam.id).length, exam.items.length] : [today(), daily()];
    if (written) events();
    page(make("p", { class: "where" }, [stages.get(item.stage).title, item.silent ? "" : item.title, (plain && reason ? reason : `item ${done + 1} of ${daily()} today`).replace(/\.$/, "")].filter(Boolean).join(" · ")),
      item.stage !== "pretest" && make("progress", { value: Math.min(done, of), max: of, "aria-label": exam ? "Clips of the test" : "Items of today" }),
      title, quiet(item.how || (!flash && given().length + kept.pending.length < 3 ? FIRST : "")), itemOf(viewer, side, flash ? "fixed" : ""), acts(button(exam ? "Leave, go on later" : "Stop here", () => home(), { class: "leave" })));
    choose({});
    root.dataset.item = item.id;
    work = { viewer: flash ? null : viewer, title, codes: () => codes[at]?.focus(), act: () => (seen || showIt.disabled ? seen && commit() : showIt.click()), choose: (k) => {
      if (marking && k < 3) { set(Object.keys(MARKS)[k]); return; }
      const one = k > 5 ? levels[k - 6] : options[k];
      if (!seen || !one) return;
      one.click();
      one.focus({ preventScroll: true }); // so that Enter commits
    } };
    if (!flash && !reducedMotion() && !held) viewer.on("state", (state) => state === "live" && viewer.play(true));
  }

  // Freeze where the key has the apex, ring the regions, offer the loop; gives the buttons.
  function again(viewer, found, regions = found.cues.flatMap((one) => one.regions)) {
    const one = found.key.find(({ why }) => !why) || found.key[0];
    hint(viewer, regions);
    viewer.lanes(found.key.map((each) => ({ ...each, text: each.score })));
    if (!one) return "";
    const freeze = () => { viewer.loop(false); viewer.seek(one.apex); viewer.show("apex", { onset: one.onset, apex: one.apex }); };
    freeze();
    return acts(button("◆ Freeze at the apex", freeze), button("Loop it slowly", () => { viewer.loop(one.onset, one.offset); viewer.loop(true); viewer.speed(0.5); viewer.play(true); }));
  }

  function rest(coming) {
    page(heading("That is your sitting for today"), make("p", {}, `${daily()} items. What you practised comes back when it is due; distance helps memory more than a longer sitting.`),
      acts(primary("Your path", () => home()), button("Go on", () => next(coming)), button("Progress", progress)));
  }

  async function review(one, back) { // an answer of the log beside its key; nothing counts again
    const choice = ["which", "grade", "flash"].includes(one.item.split(".")[1]);
    const [item, found] = await Promise.all([shown(one.item), keyOf(one.item, { [choice ? "choice" : "score"]: one.given })]);
    if (!item || !found) return;
    const viewer = viewerOf(item);
    page(heading(item.ask), itemOf(viewer, make("div", { class: "answer" }, toldView(found), acts(primary("Back", back)), again(viewer, found)), "done"));
    work = { viewer, act: back };
  }

  // -- lessons

  async function lessons() {
    const [about, made] = await Promise.all([ask("about", {}), overview || look()]);
    if (about.error || !made) { home(trouble.textContent); return; }
    page(heading("Cue by cue"), make("p", {}, "Each lesson takes one contrast set: the cue, its members side by side, three worked items, then items of that set alone until six of the last eight are right."),
      acts(primary("Next set", () => begin("lessons"))), make("ul", { class: "sets" }, about.skills.filter((one) => one.kind === "contrast").map((one) =>
        make("li", {}, button(one.title, () => lesson(one.id)),
          make("small", {}, [...new Set(one.codes.flatMap((each) => each.split("+")))].map((code) => `${code} ${named(code)}`).join(", ")), make("small", {}, inAnswers(made.ability.skills[one.id]))))));
  }

  async function lesson(id, coming = null) {
    const found = await ask("lesson", { skill: id });
    if (found.error) { home(trouble.textContent); return; }
    cued.add(id);
    const members = await Promise.all(found.members.map(async ({ answer, item }) =>
      ({ answer, name: named(answer), told: await keyOf(item, { choice: answer }), viewer: viewerOf({ ...await shown(item), face: data.compare }, { tools: false, transport: false }) })));
    const [box, start] = [compareView(members), () => begin("lessons", coming ? kept.open?.about : id, coming)];
    page(heading(found.title), make("p", { class: "rule" }, found.cue), quiet(CONFIDENCE[found.confidence] || "● sure"), box,
      acts(primary("Three worked items", () => worked(found, 0, start)), button("To the items", start)));
    work = { keys: box.keys, act: () => worked(found, 0, start) };
  }

  async function worked(found, at, start) {
    if (at >= found.worked.length) { start(); return; }
    const { item, answer } = found.worked[at];
    const [one, key] = await Promise.all([shown(item), keyOf(item, { choice: answer })]);
    const [viewer, go] = [viewerOf(one), () => worked(found, at + 1, start)];
    const reveal = () => {
      const on = primary(at + 1 < found.worked.length ? "Next worked item" : "Now you", go);
      side.replaceChildren(make("p", { class: "verdict" }, `It is ${codeLabel(answer)}.`), make("p", {}, found.cue), acts(on), again(viewer, key, found.regions));
      side.parentElement.className = "item done";
      work.act = go;
      focusOn(on);
      say(`It is ${codeLabel(answer)}. ${found.cue}`);
    };
    const side = make("div", { class: "answer" }, make("p", {}, `${found.codes.map(codeLabel).join(" or ")}? Decide for yourself, then see the answer. Nothing counts here.`), acts(primary("Show the answer", reveal)));
    page(make("p", { class: "where" }, `Worked item ${at + 1} of ${found.worked.length}`), heading(found.title), itemOf(viewer, side));
    work = { viewer, act: reveal };
  }

  // -- tests

  async function test(stage) {
    const made = await look();
    if (!made) { home(trouble.textContent); return; }
    const [mine, from] = [made.exams.filter((one) => one.stage === stage), made.retention.from];
    const going = mine.find((one) => one.done < one.of);
    const words = make("input", { id: unique("words"), type: "text", value: model.get("exam"), maxlength: 80, autocomplete: "off" });
    const start = async () => {
      const found = await ask("mock", { op: "start", record: kept.record, stage, seed: words.value.trim() });
      if (found.error) return;
      [kept.record, overview] = [found.record, null];
      begin(stage, "", found.next);
      save();
    };
    page(heading(stages.get(stage).title), make("p", {}, `${going?.of || data.clips} clips, one score each, no feedback before the end; about ${Math.round((data.clips * SLOW) / 60)} minutes. You can leave at any time and go on where you stopped.`),
      make("p", {}, "The result is the mean agreement with the keys. The published bars are 0.70, for the FACS Final Test, and 0.75, for being ready in practice."),
      stage === "retention" && quiet(from ? `Due from ${from.slice(0, 10)}, two to six weeks after your last mock test.` : "It is due two to six weeks after a mock test. You have finished none yet."),
      !going && make("p", { class: "acts" }, make("label", { for: words.id }, "Words from your instructor, if any:"), words),
      acts(primary(going ? `Go on: clip ${going.done + 1} of ${going.of}` : "Begin the test", start), button("Not now", () => home())), results(mine));
    work = { act: start };
  }
  const results = (exams) => {
    const ended = exams.filter((one) => one.done === one.of);
    return ended.length ? make("div", {}, heading("Results", 4), make("ul", { class: "plain" }, ended.map((one) =>
      make("li", {}, button(`${stages.get(one.stage).title}, ${one.started.slice(0, 10)}`, () => result(one.stage, one.id)))))) : null;
  };

  async function result(stage, id = "") {
    const found = await ask("mock", { op: "score", record: kept.record, stage, exam: id });
    if (found.error) { home(trouble.textContent); return; }
    page(heading(`${stages.get(stage).title}: result`), resultView(found, (one) => review(one, () => result(stage, id))), acts(primary("Your path", () => home()), button("Progress", progress)));
  }

  // -- progress and record

  async function progress() {
    const made = await python() && await look();
    if (!made) return;
    const where = { presence: "intensity", intensity: "intensity", flash: "micro" };
    page(heading("Progress"), progressView(made, (one) => begin(where[one.kind] || "drills", one.skill)), results(made.exams), limitsView(data.limits));
    mark("progress");
  }

  function record(message = "") {
    const there = async () => (ready() || await clerk.ready) && settle();
    const put = (found, word) => {
      [kept.record, kept.open, overview] = [found, null, null];
      record(`${word}: ${plural(found.answers.length, "answer", "answers")}.`);
      save();
    };
    const out = async (name, type) => {
      const found = await there() && await ask(name, { record: kept.record });
      if (found && !found.error) saveFile(found.filename, found.text, type); else journal.download();
    };
    const change = async (values, settings = {}) => {
      const found = await there() && await ask("export", { record: { ...kept.record, ...values }, settings });
      if (found && !found.error) { kept.record = found.record; save(); say("Kept."); }
    };
    const take = async (file) => {
      const text = file && await there() ? await file.text() : "";
      if (!text) return;
      let found = null;
      try { found = JSON.parse(text); } catch { /* told below */ }
      found = await ask("import", { record: found?.state?.record || found });
      if (found.error) { record(`This file holds no training record: ${trouble.textContent}`); return; }
      const [theirs, mine] = [found.record, kept.record];
      const both = theirs.pseudonym === mine.pseudonym && await ask("merge", { record: mine, other: theirs });
      if (both && !both.error) put(both.record, "Joined with the record that was here");
      else if (!mine.answers.length) put(theirs, "Imported");
      else sure(`The file is of “${theirs.pseudonym}”, ${plural(theirs.answers.length, "answer", "answers")}. It would replace “${mine.pseudonym}”.`, "Replace it", () => put(theirs, "Imported"));
    };
    const sure = (question_, yes, act) => {
      asked.replaceChildren(make("p", {}, make("b", {}, question_)), acts(button(yes, act, { class: "grave" }), button("No, keep it", () => record())));
      asked.querySelector("button").focus();
    };
    const erase = async () => {
      [kept.record, kept.pending, kept.open, overview] = [null, [], null, null];
      await journal.erase();
      record("Everything of this training is deleted from this browser. Files that you exported are where you put them.");
    };
    const file = make("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: () => take(file.files[0]) });
    const field = (text, more) => { const input = make("input", { id: unique("field"), autocomplete: "off", ...more }); return [make("label", { for: input.id }, text), input]; };
    const asked = make("div", { class: "sure" });
    page(heading("Your record"), message && make("p", { class: "message" }, message),
      make("p", {}, "Your answers stay in this browser, on this machine; nothing is sent. Whoever uses this browser can see them. They go when its data are cleared, so export a copy now and then."),
      make("div", { class: "fields" },
        field("Pseudonym, no real name", { type: "text", maxlength: 64, value: kept.record?.pseudonym || "", onchange: ({ target }) => change({ pseudonym: target.value.trim() }) }),
        field("Items a day", { type: "number", min: 5, max: 200, value: daily(), onchange: ({ target }) => change({}, { daily: Number(target.value) || 30 }) })),
      acts(button("Export", () => out("export", "application/json")), button("Import", () => file.click()), file, button("CSV for a gradebook", () => out("csv", "text/csv")),
        button("Delete", () => sure(`Delete ${plural(given().length + kept.pending.length, "answer", "answers")}? This cannot be undone.`, "Yes, delete everything", erase))), asked);
    mark("record");
  }

  function farewell() {
    page(heading("This is as far as it goes here"), make("p", {}, `${lost.textContent} What you answered is kept.`),
      acts(location.protocol !== "file:" && primary("Try again", () => { clerk.retry(); home(); }),
        !kept.record && data.opening[kept.pending.length] && button("The first items", opening), button("Your path", () => home())));
  }

  // -- frame

  const tabs = [["home", "Path", () => home()], ["progress", "Progress", progress], ["record", "Record", () => record()]].map(([value, text, act]) =>
    make("button", { type: "button", value, class: "tab", onclick: () => { begun = true; act(); } }, text));
  const [state, saved] = [0, 0].map(() => make("span", { class: "ntl-quiet" }));
  const [trouble, lost, unsaved] = [0, 0, 0].map(() => make("p", { class: "trouble", role: "status" }));
  const keys = make("dl", { class: "keys", hidden: true }, HELP.flatMap(([key, what]) => [make("dt", {}, key), make("dd", {}, what)]));
  const helper = button("Keyboard", () => help(), { "aria-expanded": "false", "aria-keyshortcuts": "?" });
  function help() { keys.hidden = !keys.hidden; helper.setAttribute("aria-expanded", String(!keys.hidden)); }
  const body = make("div", { class: "view" });
  const pressed = (event) => {
    const { target, key } = event;
    const typing = target.matches("input:not([type=range]), textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const act = key === "Escape" ? !keys.hidden ? help : typing && work.title && (() => focusOn(work.title))
      : typing ? null : key === "?" ? help
        : key === "Enter" ? (!target.matches("button, summary, a") || target.matches(".options [aria-pressed=true], .certainty [aria-pressed=true]")) && work.act
          : /^[1-9]$/.test(key) && work.choose ? () => work.choose(key - 1) : key.toLowerCase() === "c" && work.codes;
    if (act) act();
    else if (typing || !(work.keys?.(event))) { if (!typing) work.viewer?.keys(event); return; }
    event.preventDefault();
    event.stopPropagation();
  };
  const root = make("div", { class: "ntl ntl-trainer", ...OWN_KEYS, role: "group", "aria-label": model.get("label"), onkeydown: pressed },
    make("div", { class: "top" }, tabs, helper, make("span", { class: "status" }, state, saved)), unsaved, lost, trouble, keys, body, region);
  root.trainer = { record: () => kept.record }; // for tests
  el.append(keepKeys(root));

  const forget = clerk.onstate((is, words) => {
    state.textContent = is === "ready" ? "" : is === "starting" ? words || "Python is starting …" : "No Python";
    lost.textContent = is.startsWith("offline") ? `${is.slice(9).replace(/\.$/, "")}. Without Python you have the first ${data.opening.length} items with their answers; the path, written scores, tests and progress need it.` : "";
    root.dataset.clerk = is.split(":")[0];
    if (is === "ready" && root.dataset.loaded) fresh();
  });
  const fresh = () => (kept.record || kept.pending.length ? settle() : Promise.resolve()).then(() => { overview = null; if (body.querySelector(".stages")) home(); });
  journal.onstatus(({ saved: is, at, problem }) => {
    saved.textContent = problem ? "✗ not saved" : !is ? "saving …" : at && `✓ saved ${new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
    unsaved.replaceChildren(...(problem ? [`${problem} `, button("Download the record", () => journal.download())] : []));
    root.dataset.saved = is;
  });
  journal.load().then(async (found) => {
    Object.assign(kept, found || {});
    await home();
    root.dataset.loaded = "true";
    if (ready()) fresh();
  });
  return () => { forget(); viewers.forEach((viewer) => viewer.destroy()); journal.close(); };
}

export default { render };
