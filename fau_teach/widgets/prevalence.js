// Prevalence: two rankings of the same units, joined by lines. Python computed and ranked them.
const STEP = 25;
const TOP = 16;

function render({ model, el }) {
  const figure = panel({ model, el }, "prevalence", ["source", "emotion", "selected", "measure"]);
  const { state, data, set } = figure;
  const heads = [make("p", { class: "head" }), make("p", { class: "head" })];
  const picture = make("div", { class: "picture" });
  const words = make("p", { class: "words" });
  const numbers = make("div", { class: "result" });
  const note = make("p", { class: "ntl-quiet note" });
  const picks = { measure: make("div", {}), selected: make("div", { class: "wide" }) };
  const tell = () => figure.say(words.textContent);
  const choose = (changes) => { set(changes); tell(); };

  const source = buttons("Data", Object.entries(data.sources).map(([id, { title }]) => [id, title]),
    (value) => choose({ source: value }));
  const emotion = chooser("Emotion", Object.keys(data.sources.tables.lists).map((one) => [one, one]),
    (value) => choose({ emotion: value }));

  function current() {
    const one = data.sources[state.source];
    const measure = one.measures[state.measure] ? state.measure : Object.keys(one.measures)[0];
    const lists = one.lists[state.emotion];
    return { one, measure, sides: [lists.often, lists[measure]],
      lost: ["often", measure].map((side) => one.lost[state.emotion][side] || []) };
  }

  function chart({ one, sides, lost }) {
    const width = Math.max(280, picture.clientWidth);
    const ends = [112, width - 112];
    const codes = Object.keys(one.words[state.emotion]);
    const missing = codes.some((code) => sides.some((side) => !side.some((row) => row[1] === code)));
    const height = TOP + STEP * (one.slots + (missing ? 1 : 0));
    const y = (rank) => TOP + STEP * (rank - 1);
    const parts = [];
    const label = (at, rank, text, attributes) => parts.push(draw("text", { x: ends[at] + (at ? 10 : -10),
      y: y(rank) + 4.5, "text-anchor": at ? "start" : "end", ...attributes }, text));
    // The chosen line last, so that it lies on top.
    [...codes].sort((a, b) => (a === state.selected) - (b === state.selected)).forEach((code) => {
      const found = sides.map((side) => side.find((row) => row[1] === code));
      const rank = found.map((row) => (row ? row[0] : one.slots + 1));
      const on = code === state.selected ? " on" : "";
      const pick = { class: `pick${on}`, onclick: () => choose({ selected: code }) };
      const line = { x1: ends[0], y1: y(rank[0]), x2: ends[1], y2: y(rank[1]) };
      parts.push(draw("line", { class: `line${on}${found.every(Boolean) ? "" : " open"}`, ...line }));
      found.forEach((row, at) => row && (parts.push(draw("circle", { class: `end${on}`, cx: ends[at], cy: y(row[0]),
        r: on ? 5 : 3.5 })), label(at, row[0], [draw("tspan", { class: "code" }, `AU${code}`),
        ` ${short(row[2], one.digits)}`], pick)));
    });
    lost.forEach((ranks, at) => ranks.forEach((rank) => label(at, rank, `${rank}: lost`, { class: "lost" })));
    if (missing) {
      sides.forEach((side, at) => codes.some((code) => !side.some((row) => row[1] === code))
        && label(at, one.slots + 1, "not legible", { class: "lost" }));
    }
    return draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true",
      focusable: "false" }, parts);
  }

  figure.show = () => {
    const found = current();
    const { one, measure, sides } = found;
    const known = one.words[state.emotion];
    if (!known[state.selected]) state.selected = sides[0][0][1];
    const code = state.selected;
    source.mark(state.source);
    emotion.mark(state.emotion);
    holdFocus(figure.root, () => {
      const all = buttons("Follow", Object.keys(known).map((one) => [one, one, `AU${one}`]),
        (value) => choose({ selected: value }));
      all.mark(code);
      all.box.querySelectorAll("button").forEach((button) => { button.dataset.key = button.value; });
      picks.selected.replaceChildren(all.box);
      const kinds = chooser("How telling, by", Object.entries(one.measures).map(([id, text]) => [id, text.split(",")[0]]),
        (value) => choose({ measure: value }));
      kinds.mark(measure);
      kinds.select.dataset.key = "measure";
      picks.measure.replaceChildren(...(Object.keys(one.measures).length > 1 ? [kinds.box] : []));
    });
    heads[0].replaceChildren(make("b", {}, "How common"), one.often);
    heads[1].replaceChildren(make("b", {}, "How telling"), one.measures[measure]);
    picture.replaceChildren(chart(found));
    const rank = sides.map((side) => (side.find((row) => row[1] === code) || ["no legible rank"])[0]);
    const place = (value) => (typeof value === "number" ? `rank ${value}` : value);
    words.replaceChildren(make("b", {}, `AU${code}, ${state.emotion}: how common, ${place(rank[0])}; how telling, `
      + `${place(rank[1])}. `), known[code]);
    numbers.replaceChildren(grid(`All units of ${state.emotion}, ${one.title}`, ["Unit", "How common", "How telling"],
      Object.keys(known).map((each) => [`AU${each}`, ...sides.map((side) => {
        const row = side.find((entry) => entry[1] === each);
        return row ? `${short(row[2], one.digits)}, rank ${row[0]}` : "not legible";
      })])));
    note.textContent = one.note;
    Object.assign(figure.root.dataset, { source: state.source, measure, often: rank[0], telling: rank[1] });
  };

  figure.start(make("div", { class: "controls" }, source.box, emotion.box, picks.measure, picks.selected),
    make("div", { class: "heads" }, heads), picture, words,
    make("details", {}, make("summary", {}, "All numbers"), numbers), note);
  const watcher = new ResizeObserver(() => figure.show());
  watcher.observe(picture);
  return () => watcher.disconnect();
}

export default { render };
