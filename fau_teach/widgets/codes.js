// Codes of one event: typed in notation, which Python reads while it is typed, or picked. Both stay
// in step, because a press on a button asks Python for the new text.
const GRADES = [..."ABCDE"];
const HANDS = [["", "both"], ["R", "right"], ["L", "left"]];

// `choices`: [group, [[code, label, name, sides, grades], …]] as bench.py gives them.
function makeCodes({ clerk, value = "", onchange = () => {}, onenter = () => {}, choices = [], label = "Codes" }) {
  const id = unique("codes");
  let [items, current, asked, pause, valid, chain] = [[], "", 0, 0, null, Promise.resolve()];
  const names = new Map(choices.flatMap(([, units]) => units.map((unit) => [unit[0], unit])));
  const input = make("input", { id, type: "text", value, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-describedby": `${id}-says`, placeholder: "1+2C+L14", oninput: () => { note(); clearTimeout(pause); pause = setTimeout(read, 120); },
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      onenter();
    } });
  const says = make("p", { id: `${id}-says`, class: "says ntl-quiet", "aria-live": "polite" });
  const detail = make("div", { class: "detail", role: "group", hidden: true });
  const picks = new Map();
  const groups = choices.map(([group, units], number) => make("details", { open: number < 1 },
    make("summary", {}, group, make("span", { class: "count" })),
    make("div", { class: "units" }, units.map(([code, text, name]) => {
      const one = make("button", { type: "button", "aria-pressed": "false", onclick: () => press(code) }, make("b", {}, text.replace(/^A[UD]/, "")), ` ${name}`);
      picks.set(code, one);
      return one;
    }))));
  const el = make("div", { class: "ntl-codes" }, make("label", { for: id }, label), input, says, detail,
    choices.length ? make("details", { class: "pick" }, make("summary", {}, "Pick from a list"), make("div", { class: "line" }, [["null", "nothing moved"], ["?", "cannot tell"]].map(([text, what]) =>
      make("button", { type: "button", onclick: () => { input.value = text; note(); read(); } }, make("b", {}, text), ` ${what}`))), groups) : null);

  function note() {
    [valid, asked] = [null, asked + 1];
    onchange(input.value.trim());
  }

  function tell(text, wrong = false) {
    says.textContent = text;
    says.classList.toggle("wrong", wrong);
    input.setAttribute("aria-invalid", String(wrong));
  }

  function read() { // calls that a newer text has overtaken are not heard
    clearTimeout(pause);
    const [turn, text] = [asked += 1, input.value.trim()];
    if (!text) { [items, valid] = [[], null]; tell("“null”: looked, and nothing moved. “?”: cannot tell."); mark(); return Promise.resolve(); }
    if (valid === null && !clerk.state().startsWith("ready")) tell("Your text is kept. It is read as soon as Python is there.");
    return clerk.call("parse", { text }).then((found) => {
      if (turn !== asked) return;
      valid = Boolean(found.ok);
      if (found.ok) {
        items = found.items;
        const each = items.map((one) => [one.label, one.name.toLowerCase(), one.intensity].filter(Boolean).join(" "));
        tell([found.canonical === text ? "" : `= ${found.canonical}.`, each.join("; ") || { none: "Nothing moved." }[found.state] || "Cannot tell.", ...found.warnings].filter(Boolean).join(" "));
      } else if (found.offline) tell("Python is out of reach, so this is not checked. Your text is kept.");
      else tell(found.error.problem, true);
      mark();
    });
  }

  function mark() {
    const on = new Map(items.map((one) => [one.code, one]));
    for (const [code, one] of picks) one.setAttribute("aria-pressed", String(on.has(code)));
    groups.forEach((group, number) => {
      const count = choices[number][1].filter(([code]) => on.has(code)).length;
      group.querySelector(".count").textContent = count ? ` ${count}` : "";
    });
    if (!on.has(current)) current = "";
    detail.hidden = !current;
    if (!current) return;
    const [, text, name, sides, grades] = names.get(current);
    const { side, intensity } = on.get(current);
    const row = (title, options, now, what) => make("div", { class: "line", role: "group", "aria-label": title }, make("span", {}, title),
      options.map(([one, word]) => make("button", { type: "button", "aria-pressed": String(now === one), "data-key": `${what}${one}`,
        onclick: () => put({ [what]: one }) }, word)));
    detail.setAttribute("aria-label", text);
    const held = detail.contains(document.activeElement) && document.activeElement.dataset.key;
    detail.replaceChildren(make("b", {}, `${text} ${name}`),
      sides ? row("Side", HANDS, side, "side") : "", grades ? row("Intensity", [["", "–"], ...GRADES.map((one) => [one, one])], intensity, "intensity") : "",
      make("button", { type: "button", class: "off", onclick: () => { put({ on: false }); input.focus(); } }, "Take out"));
    if (held) detail.querySelector(`[data-key="${held}"]`)?.focus();
  }

  function press(code) {
    const there = items.some((one) => one.code === code);
    if (there && code !== current) { current = code; mark(); return; }
    current = code;
    put({ on: !there });
  }

  // One press after another: each starts from what the one before made of the text.
  function put(change) {
    const code = current;
    chain = chain.then(async () => {
      const old = items.find((one) => one.code === code) || { side: "", intensity: "" };
      const found = await clerk.call("bench", { op: "put", text: input.value, code, side: old.side, intensity: old.intensity.slice(0, 1), ...change });
      if (found.error) { tell(found.offline ? "Python is out of reach. Type the code instead." : found.error.problem, !found.offline); return; }
      input.value = found.text;
      note();
      await read();
    });
    return chain;
  }

  read();
  return { el, input, focus: () => input.focus(), settled: () => chain.then(read),
    get value() { return input.value.trim(); },
    set value(text) { if (text !== input.value) { input.value = text; current = ""; valid = null; read(); } }, get valid() { return valid; } };
}
