// Two coders. The arithmetic stands here as well; a page test compares it with Python's.
function compare(sets) {
  const union = [...new Set(sets.flat())];
  const shared = union.filter((code) => sets.every((set) => set.includes(code)));
  const total = sets.reduce((sum, set) => sum + set.length, 0);
  const share = (top, below) => (below ? top / below : null);
  const each = sets.flatMap((a, i) => sets.slice(i + 1).map((b) =>
    share(2 * a.filter((code) => b.includes(code)).length, a.length + b.length)))
    .filter((value) => value !== null);
  return { union, shared, total, used: share(sets.length * shared.length, total),
    printed: share(sets.length * shared.length, union.length),
    jaccard: share(shared.length, union.length),
    pairs: each.length ? each.reduce((sum, one) => sum + one, 0) / each.length : null };
}

function render({ model, el }) {
  const figure = panel({ model, el }, "two-coders", ["preset", "sets"]);
  const { state, data, set, root } = figure;
  const order = data.codes.map(([code]) => code);
  const rows = make("div", { class: "coders" });
  const result = make("div", { class: "scale" });
  const words = make("div", { class: "words" });
  const note = make("p", { class: "ntl-quiet note" });
  const tell = () => figure.say(`${result.innerText} ${words.innerText}`);
  const value = (number) => (number === null ? "undefined" : short(number));

  const choice = chooser("Start from", data.presets.map(({ id, title }) => [id, title]), (id) => {
    set({ preset: id, sets: data.presets.find((one) => one.id === id).sets });
    tell();
  });
  const many = buttons("Coders", [["2", "two"], ["3", "three"]], (number) => {
    set({ sets: number === "2" ? state.sets.slice(0, 2) : [...state.sets, []].slice(0, 3) });
    tell();
  });

  function chips() {
    rows.replaceChildren(...state.sets.map((own, at) => {
      const name = make("span", { class: "name", id: unique("coder") }, `Coder ${at + 1}`);
      return make("div", { class: "coder", role: "group", "aria-labelledby": name.id }, name,
        make("div", { class: "choices" }, data.codes.map(([code, title]) => make("button", {
          type: "button", title, "data-key": `${at}-${code}`, "aria-label": `${code}, ${title}`,
          "aria-pressed": String(own.includes(code)), onclick: () => {
            const codes = order.filter((one) => own.includes(one) !== (one === code));
            set({ sets: state.sets.map((one, place) => (place === at ? codes : one)) });
            tell();
          } }, code))));
    }));
  }

  // One scale for all rows, from 0 to the number of coders; a line stands at 1.
  function measure(id, name, formula, number) {
    const most = state.sets.length;
    const over = number !== null && number > 1 + 1e-9;
    const left = (share) => `${(100 * share / most).toFixed(2)}%`;
    return make("div", { class: over ? "measure over" : "measure", "data-measure": id },
      make("span", { class: "what" }, make("b", {}, name), ` ${formula}`),
      make("span", { class: "value" }, value(number), over ? make("strong", {}, " ✗ above 1") : null),
      make("span", { class: "track", "aria-hidden": "true" },
        number ? make("i", { style: `width:${left(Math.min(number, 1))}` }) : null,
        over ? make("u", { style: `left:${left(1)};width:${left(number - 1)}` }) : null,
        make("s", { style: `left:${left(1)}` })));
  }
  const ends = (most) => make("div", { class: "ends ntl-quiet", "aria-hidden": "true" },
    Array.from({ length: most + 1 }, (_, at) => make("span", {}, at === 1 ? "1: all shared" : at)));

  figure.show = () => holdFocus(root, () => {
    const { sets } = state;
    const found = compare(sets);
    const [n, s, u, t] = [sets.length, found.shared.length, found.union.length, found.total];
    choice.mark(state.preset);
    many.mark(String(n));
    chips();
    const same = data.presets.find(({ id }) => id === state.preset);
    note.textContent = String(same.sets) === String(sets) && same.sets.length === n ? same.note : "";
    result.replaceChildren(...[
      measure("used", "as used", `${n} × ${s} shared ÷ ${t} written`, found.used),
      measure("printed", "as printed", `${n} × ${s} shared ÷ ${u} different`, found.printed),
      measure("jaccard", "Jaccard", `${s} shared ÷ ${u} different`, found.jaccard),
      n > 2 ? measure("pairs", "as used, mean of the pairs", "", found.pairs) : null,
      ends(n),
    ].filter(Boolean));
    const list = (codes) => codes.join(" ") || "none";
    const by = (number) => order.filter((code) =>
      sets.filter((one) => one.includes(code)).length === number);
    const only = (mine, other) => order.filter((code) => mine.includes(code) && !other.includes(code));
    const lines = n === 2 ? [["✓", "matched, both wrote it", order.filter((code) => found.shared.includes(code))],
      ["○", "only coder 1: coder 2 missed it, if coder 1 is the key", only(sets[0], sets[1])],
      ["+", "only coder 2: coder 2 added it, if coder 1 is the key", only(sets[1], sets[0])]]
      : [["✓", "all three wrote it", by(3)], ["◐", "two of three wrote it; no reading of Eq. 2 counts it", by(2)],
        ["○", "one of three wrote it", by(1)]];
    words.replaceChildren(make("ul", { class: "lists" }, lines.map(([mark, what, codes]) => make("li", {},
      make("span", { "aria-hidden": "true" }, mark), ` ${what}: `, make("b", {}, list(codes))))));
    Object.assign(root.dataset, { used: found.used ?? "", printed: found.printed ?? "",
      jaccard: found.jaccard ?? "", pairs: found.pairs ?? "", coders: n });
  });

  figure.start(make("div", { class: "controls" }, choice.box, many.box), rows, result, words, note);
}

export default { render };
