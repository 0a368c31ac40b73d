// Four readings of Eq. 1. Python computed what each leaves; this module only shows it.
const none = "none";

function render({ model, el }) {
  const { readings, tables, printed } = model.get("data");
  const { region, say } = announcer();
  const put = (name, value) => { model.set(name, value); model.save_changes(); };

  const name = unique("reading");
  const cards = readings.map(({ variant, formula, words, origin }) => {
    const input = make("input", { type: "radio", name, value: variant, onchange: () => {
      put("variant", variant);
      say(summary.textContent);
    } });
    const agree = make("span", { class: "agree" });
    return { input, agree, variant, card: make("label", { class: "reading" }, input,
      make("span", {}, make("b", { class: "formula" }, formula), ` ${words}. `,
        make("span", { class: "ntl-quiet" }, `(${origin}) `), agree)) };
  });
  const tableName = unique("table");
  const buttons = Object.entries(tables).map(([value, { title }]) => make("button", {
    type: "button", value, onclick: () => { put("table", value); say(summary.textContent); } }, title));
  const summary = make("p", { class: "summary" });
  const body = make("tbody");
  const table = make("table", {}, make("caption", { class: "ntl-quiet" },
    "✓ kept, ✗ taken away, + added from other sets"),
  make("thead", {}, make("tr", {}, ["Emotion", "AUs", "Count", "Rules name"].map((text) =>
    make("th", { scope: "col" }, text)))), body);

  const part = (mark, word, codes) => (codes.length ? make("span", { class: `part ${word.split(" ")[0]}` },
    make("span", { class: "word" }, `${mark} ${word} `),
    make("span", { class: "codes" }, codes.join(" "))) : null);

  function show() {
    const variant = model.get("variant");
    const { rows, agree, title } = tables[model.get("table")];
    for (const { input, card, agree: place, variant: own } of cards) {
      input.checked = own === variant;
      card.classList.toggle("chosen", input.checked);
      place.textContent = `Equals the rules for ${agree[own]} of ${rows.length} emotions.`;
    }
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.value === model.get("table"))));
    body.replaceChildren(...rows.map(({ emotion, codes, rules, left }) => {
      const now = left[variant];
      const same = String(now) === String(rules);
      return make("tr", { "data-emotion": emotion, "data-left": now.join("+"), "data-same": same },
        make("th", { scope: "row" }, emotion),
        make("td", { class: "aus" }, part("✓", "kept", codes.filter((code) => now.includes(code))),
          part("✗", "taken away", codes.filter((code) => !now.includes(code))),
          part("+", "added", now.filter((code) => !codes.includes(code)))),
        make("td", { class: "count" }, now.length),
        make("td", { class: "rules" }, rules.join(" ") || none, " ",
          make("span", { class: "verdict" }, same ? "✓ same" : "✗ differs")));
    }));
    const count = (pick) => rows.reduce((sum, row) => sum + pick(row).length, 0);
    const total = count(({ left }) => left[variant]);
    const { formula } = readings.find((one) => one.variant === variant);
    summary.textContent = `${title}: ${formula} gives ${total} entries; the table has `
      + `${count(({ codes }) => codes)}. They equal the AUs that the rules name for ${agree[variant]} of `
      + `${rows.length} emotions.`;
    Object.assign(root.dataset, { variant, table: model.get("table"), total });
  }

  const root = make("div", { class: "ntl ntl-readings", ...OWN_KEYS, role: "group",
    "aria-label": model.get("label") },
  make("fieldset", {}, make("legend", {}, "Reading"), cards.map(({ card }) => card)),
  make("div", { class: "choice", role: "group", "aria-labelledby": tableName },
    make("span", { id: tableName, class: "heading" }, "Table"), buttons),
  summary, table, make("p", { class: "ntl-quiet small" }, `${printed} Sⱼ are the sets of the other `
    + "emotions. The rules stand in the same source as Table 3. One table’s claim, not FACS."), region);
  el.append(keepKeys(root));
  show();
  model.on("change:variant", show);
  model.on("change:table", show);
}

export default { render };
