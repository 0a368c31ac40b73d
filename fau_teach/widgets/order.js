// Order shuffle. Python computed the shares for every order; this module looks them up.
function render({ model, el }) {
  const names = ["example", "order", "emotion"];
  const figure = panel({ model, el }, "order", names);
  const { state, data, set, say } = figure;
  const natural = (id) => data.examples[id].rows.map((_, place) => place);
  const aus = (text) => text.split("+").map((code) => `AU${code}`).join(", ");

  const examples = buttons("Rows", Object.entries(data.examples).map(([id, { title }]) => [id, title]),
    (id) => set({ example: id, order: natural(id), emotion: data.examples[id].emotions[0] }));
  const emotions = make("div", {});
  const cards = make("ol", { class: "deck", "aria-label": "Rows in the order in which they are read" });
  const result = make("div", { class: "result" });
  const tools = make("div", { class: "choices" },
    make("button", { type: "button", onclick: shuffle }, "Shuffle"),
    make("button", { type: "button", onclick: () => { set({ order: natural(state.example) }); tell(); } },
      "First order"));

  function shuffle() {
    const order = [...state.order];
    do {
      for (let i = order.length - 1; i > 0; i -= 1) {
        const other = Math.floor(Math.random() * (i + 1));
        [order[i], order[other]] = [order[other], order[i]];
      }
    } while (order.every((row, place) => row === state.order[place]));
    set({ order });
    tell();
  }

  function move(place, step) {
    const order = [...state.order];
    [order[place], order[place + step]] = [order[place + step], order[place]];
    set({ order });
    tell(`Row is now number ${place + step + 1}. `);
  }

  // The row of each group that comes first is the one that "first appears".
  function current() {
    const one = data.examples[state.example];
    const leaders = one.groups.map((rows) => state.order.find((row) => rows.includes(row)));
    const key = leaders.filter((row) => one.rows[row][1] === state.emotion).join(" ");
    return { ...one, leaders, shares: one.first[state.emotion][key] };
  }

  function tell(before = "") {
    const { shares } = current();
    say(`${before}First appearance, ${state.emotion}: ${Object.entries(shares)
      .map(([code, value]) => `AU${code} ${short(value, 4)}`).join(", ")}.`);
  }

  function card(row, place, { rows, leaders }) {
    const [text, emotion, score] = rows[row];
    const kept = leaders.includes(row);
    const button = (step, sign, word) => make("button", { type: "button", "data-key": `${row} ${step}`,
      "aria-label": `Move row ${place + 1}, ${text} ${emotion} ${short(score)}, ${word}`,
      // Not "disabled": a button that is switched off would lose the keyboard's place.
      "aria-disabled": place + step < 0 || place + step >= rows.length ? "true" : null,
      onclick: () => place + step >= 0 && place + step < rows.length && move(place, step) }, sign);
    return make("li", { class: `sheet${kept ? "" : " skipped"}${emotion === state.emotion ? " on" : ""}`,
      "data-row": row }, make("span", { class: "place" }, `${place + 1}`),
    make("span", { class: "what" }, make("b", {}, text), ` ${emotion} ${short(score)}`,
      make("small", {}, kept ? `adds ${short(score)} to ${aus(text)}` : "skipped: a repeat")),
    make("span", { class: "moves" }, button(-1, "▲", "up"), button(1, "▼", "down")));
  }

  figure.show = () => {
    const size = data.examples[state.example].rows.length;
    if (state.order.length !== size) state.order = natural(state.example);
    if (!data.examples[state.example].used[state.emotion]) [state.emotion] = data.examples[state.example].emotions;
    const one = current();
    examples.mark(state.example);
    holdFocus(figure.root, () => {
      cards.replaceChildren(...state.order.map((row, place) => card(row, place, one)),
        make("li", { class: "sheet ghost" }, make("span", { class: "place" }, `${size + 1}`),
          make("span", { class: "what" }, make("b", {}, `no row ${size + 1}`),
            make("small", {}, `The loop as printed visits ${one.printed[0]} to ${one.printed.at(-1)}, `
              + "tests too late and stops here with an error. We stop one row earlier (E0-08)."))));
    });
    if (one.emotions.length > 1) {
      const pick = chooser("Emotion", one.emotions.map((name) => [name, name]),
        (emotion) => { set({ emotion }); tell(); });
      pick.mark(state.emotion);
      pick.select.dataset.key = "emotion";
      holdFocus(figure.root, () => emotions.replaceChildren(pick.box));
    } else emotions.replaceChildren();
    const used = one.used[state.emotion];
    const range = one.range[state.emotion];
    const most = Math.max(...Object.values(range).map(([, high]) => high));
    const moved = Object.values(range).some(([low, high]) => low !== high);
    const skipped = size - one.leaders.length;
    result.replaceChildren(grid(`Shares of the units in ${state.emotion}`,
      ["Unit", "First appearance", "Mean of repeats (used)"],
      Object.keys(used).map((code) => [`AU${code}`,
        [bar(one.shares[code] / most, { span: range[code].map((end) => end / most) }),
          make("span", { "data-first": code }, short(one.shares[code], 4))],
        [bar(used[code] / most), make("span", { "data-used": code }, short(used[code], 4))]])),
    make("p", {}, `${plural(skipped, "row is", "rows are")} skipped as a repeat. `, moved
      ? make("span", {}, `The order decides among ${Object.keys(one.first[state.emotion]).length} `
        + "results under “first appearance”; the bracket spans them all. The used column never moves.")
      : "No order changes this emotion."));
    Object.assign(figure.root.dataset, { order: state.order.join(" "),
      skipped: state.order.filter((row) => !one.leaders.includes(row)).join(" ") });
  };

  figure.start(make("div", { class: "controls" }, examples.box, emotions),
    make("div", { class: "halves" }, make("div", {}, tools, cards), result));
}

export default { render };
