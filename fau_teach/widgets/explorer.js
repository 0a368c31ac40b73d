// AU-emotion explorer. Python filled the truth tables; this module looks up, intersects
// sets and divides once. The arrow keys are in roam.js, which stands before this file.
const SIDES = { R: "right side only", B: "both sides", L: "left side only" };
const PREFIX = { B: "", L: "L", R: "R" };
const HALVES = { upper: "Upper face", lower: "Lower face" };
const list = (joined) => (joined ? joined.split("+") : []);
const named = (codes) => codes.map((code) => `AU${code}`).join(" ");

// One table against what shows: emotions with a shared AU, best first, ties share a rank.
function rank(table, sides) {
  const seen = Object.keys(sides);
  if (!seen.length) return { rows: [], reason: table.empty };
  const notes = [];
  const fits = table.sets.map(({ emotion, codes, by_side: bySide }) => {
    let matched = codes.filter((code) => sides[code]);
    let note = "";
    if (bySide) {
      const [count, text] = bySide[codes.map((code) => sides[code] || "-").join("")];
      [matched, note] = [list(count), text];
      if (note) notes.push(note);
    }
    const missing = codes.filter((code) => !matched.includes(code));
    const extra = seen.filter((code) => !matched.includes(code));
    const whole = matched.length + missing.length + extra.length;
    return { emotion, matched, missing, extra, whole, note, score: matched.length / whole };
  });
  const rows = fits.filter(({ score }) => score).sort((a, b) => b.score - a.score);
  const scores = rows.map(({ score }) => score);
  for (const row of rows) {
    row.rank = scores.indexOf(row.score) + 1;
    row.tied = scores.filter((score) => score === row.score).length > 1;
  }
  return { rows, reason: [rows.length ? "" : table.nothing, ...notes].filter(Boolean).join(" ") };
}

function fire(rules, sides, variant) {
  return rules.flatMap((rule) => {
    const aus = rule.fires[variant][rule.codes.filter((code) => sides[code]).join("+")];
    return aus ? [{ ...rule, aus: list(aus) }] : [];
  });
}

// Pairs of targets that disagree, in the order in which the rules fired.
function collide(fired, clashes) {
  const known = new Set(clashes.map(String));
  const found = [];
  fired.forEach(({ target: one }, i) => fired.slice(i + 1).forEach(({ target: two }) => {
    const old = found.some(([a, b]) => (a === one && b === two) || (a === two && b === one));
    if (known.has(String([one, two])) && !old) found.push([one, two]);
  }));
  return found;
}

function render({ model, el }) {
  const { aus, tables, rules, variants, clashes, impossible, presets } = model.get("data");
  const order = aus.map(([code]) => code);
  const { region, say } = announcer();
  const shown = () => {
    const sides = model.get("sides");
    return Object.fromEntries(order.filter((code) => sides[code]).map((c) => [c, sides[c]]));
  };
  const put = (name, value) => { model.set(name, value); model.save_changes(); };

  // Controls
  const items = presets.flatMap(({ items: own }) => own);
  const preset = make("select", { id: unique("preset"), onchange: () => {
    if (preset.value) put("sides", items[preset.value][1]);
    else show(); // "your own choice" names a state; it does not make one
    tell();
  } }, make("option", { value: "" }, "your own choice"), presets.map(({ title, items: own }) =>
    make("optgroup", { label: title }, own.map((item) =>
      make("option", { value: items.indexOf(item) }, item[0])))));
  const variantName = unique("variant");
  const variantButtons = Object.keys(variants).map((value) => make("button", { type: "button", value,
    onclick: () => { put("variant", value); tell(); } }, `as ${value}`));
  const clear = make("button", { type: "button", class: "clear",
    onclick: () => { put("sides", {}); tell(); } }, "Clear");
  const lesson = make("p", { class: "lesson ntl-quiet" });

  // Picker: each AU with its two sides, the subject's right first, as you see a face
  const buttons = [];
  function toggle(code, side) {
    const { [code]: now, ...rest } = shown();
    put("sides", now === side ? rest : { ...rest, [code]: side });
    tell();
  }
  const pickers = Object.entries(HALVES).map(([half, title]) => {
    const rows = aus.filter(([, , place]) => place === half).map(([code, name]) =>
      Object.keys(SIDES).map((side) => {
        const button = make("button", { type: "button", "data-code": code, "data-side": side,
          class: side === "B" ? "main" : "side", "aria-label": side === "B" ? null
            : `${side}: AU${code}, ${SIDES[side]}`, onclick: () => toggle(code, side) },
        side === "B" ? [make("b", {}, code), ` ${name}`] : side);
        buttons.push(button);
        return button;
      }));
    roam(rows, rows[0][1]);
    const id = unique("half");
    return make("div", { class: `half ${half}` }, make("p", { class: "heading", id }, title),
      make("div", { class: "units", role: "toolbar", "aria-labelledby": id },
        rows.map((row) => make("div", { class: "unit" }, row))));
  });

  // Answers
  const state = make("p", { class: "state" });
  const rankings = tables.map((table) => {
    const place = make("ol", { class: "ranking", "data-table": table.id });
    const reason = make("p", { class: "reason" });
    const panel = make("section", { class: "panel" }, make("p", { class: "heading" }, table.title),
      place, reason, make("p", { class: "ntl-quiet small" },
        `${table.claim[0].toUpperCase()}${table.claim.slice(1)}. ${table.note}`));
    return { table, place, reason, panel };
  });
  const fires = make("ul", { class: "fires" });
  const which = make("p", { class: "ntl-quiet small" });
  const conflicts = make("p", { class: "conflicts" });

  const codes = (word, own, name) => (own.length ? make("span", {},
    make("span", { class: "ntl-quiet" }, `${word} `), make("span", { class: name }, own.join(" "))) : null);
  const entry = (row) => make("li", { "data-emotion": row.emotion, "data-rank": row.rank,
    "data-tied": String(row.tied), "data-score": row.score },
  make("p", { class: "line" }, make("span", { class: "rank" }, `${row.rank}`),
    make("b", {}, row.emotion), row.tied ? make("span", { class: "tie" }, "tie") : null,
    make("span", { class: "value" }, `${row.matched.length}/${row.whole} = ${row.score.toFixed(2)}`)),
  make("span", { class: "bar", "aria-hidden": "true", style: `--share:${(100 * row.score).toFixed(1)}%` }),
  make("p", { class: "aus" }, codes("has", row.matched, "matched"),
    codes("lacks", row.missing, "missing"), codes("extra", row.extra, "extra")));
  function erratum(id) {
    if (!id) return null;
    const notes = model.get("notes_href");
    return make(notes ? "a" : "span", { href: notes ? `${notes}#erratum-${id.toLowerCase()}` : null }, id);
  }
  const evidence = (item) => make("li", { "data-rule": item.rule_id, "data-aus": item.aus.join("+") },
    make("b", {}, `${item.name} → ${item.target}`), `, fired by ${named(item.aus)}. ${item.explanation} `,
    make("span", { class: "ntl-quiet" }, `${item.caveat} ${item.source} `, erratum(item.erratum)));

  function lead({ table, rows }) {
    const best = rows.filter((row) => row.rank === 1).map((row) => row.emotion);
    return `${table.title}: ${best.length ? best.join(" and ") : "no match"}`;
  }
  let summary = "";
  const tell = () => say(summary);

  function show() {
    const sides = shown();
    const variant = model.get("variant");
    const seen = Object.keys(sides);
    for (const button of buttons) {
      const { code, side } = button.dataset;
      const partly = side === "B" && (sides[code] === "L" || sides[code] === "R");
      button.setAttribute("aria-pressed", partly ? "mixed" : String(sides[code] === side));
    }
    variantButtons.forEach((one) => one.setAttribute("aria-pressed", String(one.value === variant)));
    const same = items.findIndex(([, own]) => Object.keys(own).length === seen.length
      && seen.every((code) => own[code] === sides[code]));
    preset.value = same < 0 ? "" : same;
    lesson.textContent = same < 0 ? "" : items[same][2];
    const results = rankings.map(({ table, place, reason, panel }) => {
      const found = rank(table, sides);
      place.replaceChildren(...found.rows.map(entry));
      place.hidden = !found.rows.length;
      reason.textContent = found.reason;
      return { table, ...found };
    });
    const fired = fire(rules, sides, variant);
    const pairs = collide(fired, clashes);
    which.textContent = `Rules as ${variant}: ${variants[variant]}.`;
    fires.replaceChildren(...(fired.length ? fired.map(evidence) : [make("li", {}, "No rule fires.")]));
    conflicts.replaceChildren(make("b", {}, "Conflicts: "), pairs.length
      ? make("span", { class: "pairs" }, pairs.map((pair) => pair.join(" against ")).join("; "))
      : "none", ".");
    const never = impossible.filter(([one, two]) => sides[one] && sides[two])
      .map(([one, two, why]) => `AU${one} and AU${two} exclude each other: ${why}.`).join(" ");
    const text = seen.map((code) => PREFIX[sides[code]] + code).join("+") || "nothing";
    summary = `${text}. ${results.map(lead).join(". ")}. ${fired.length
      ? `Rules: ${fired.map(({ target }) => target).join(", ")}` : "No rule fires"}. ${never}`;
    state.replaceChildren("You show ", make("strong", {}, text), ". ",
      never ? make("span", { class: "never" }, `⚠ ${never}`) : "");
    root.dataset.score = text;
  }

  const root = make("div", { class: "ntl ntl-explorer", ...OWN_KEYS, role: "group",
    "aria-label": model.get("label") },
  make("div", { class: "controls" }, make("div", { class: "start" },
    make("label", { for: preset.id }, "Start from"), preset), clear,
  make("div", { class: "choice", role: "group", "aria-labelledby": variantName },
    make("span", { id: variantName }, "Rules"), variantButtons)), lesson,
  make("div", { class: "pickers" }, pickers),
  make("p", { class: "ntl-quiet small" }, "Press an AU for both sides, or R or L for the subject’s "
    + "right or left side alone. Arrow keys move, Space or Enter switches."),
  state, make("div", { class: "tables" }, rankings.map(({ panel }) => panel)),
  make("section", { class: "panel" }, make("p", { class: "heading" }, "Rules that fire"), which, fires,
    conflicts), make("p", { class: "ntl-quiet small" }, "Scores are shared AUs over all AUs of row and "
    + "face. Each ranking and each rule is one table’s claim, not FACS: evidence, never a label."), region);
  el.append(keepKeys(root));
  show();
  model.on("change:sides", show);
  model.on("change:variant", show);
}

export default { render };
