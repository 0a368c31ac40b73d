// Base-rate paradox. The numbers are computed here; a page test compares them with Python's.
const FACES = 1000;
const LOW = -0.2; // the axis runs from here to 1
const MEASURES = [
  ["percent", "percent", "●"], ["kappa", "kappa", "■"], ["ac1", "AC1", "○"],
  ["pabak", "PABAK", "□"],
];

function expect({ share, miss, false_alarm: alarm }) {
  const [p, m, f] = [share / 100, miss / 100, alarm / 100];
  const both = FACES * (p * (1 - m) ** 2 + (1 - p) * f ** 2);
  const one = FACES * (p * m * (1 - m) + (1 - p) * f * (1 - f));
  const neither = FACES - both - 2 * one;
  const percent = (both + neither) / FACES;
  const q = (both + one) / FACES;
  const corrected = (chance) => (chance > 1 - 1e-12 ? null : (percent - chance) / (1 - chance));
  return { both, one, neither, percent, written: q, kappa: corrected(q * q + (1 - q) ** 2),
    ac1: corrected(2 * q * (1 - q)), pabak: 2 * percent - 1 };
}

// Columns: what the first coder wrote; heights: what the second wrote then. Area is faces.
function mosaic(found) {
  const [width, height] = [240, 170];
  const q = found.written;
  const cut = q * width;
  const upper = q ? (found.both / FACES / q) * height : 0;
  const lower = q < 1 ? (found.one / FACES / (1 - q)) * height : 0;
  const hatch = unique("hatch");
  const box = (kind, x, y, w, h) => draw("rect", { class: kind, x, y, width: Math.max(w, 0),
    height: Math.max(h, 0), fill: kind === "one" ? `url(#${hatch})` : null });
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" },
    draw("defs", {}, draw("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, draw("rect", { class: "ground", width: 6, height: 6 }),
    draw("line", { class: "stroke", x1: 0, x2: 0, y1: 0, y2: 6 }))),
    box("both", 0, 0, cut, upper), box("one", 0, upper, cut, height - upper),
    box("one", cut, 0, width - cut, lower), box("neither", cut, lower, width - cut, height - lower),
    draw("rect", { class: "frame", x: 0.5, y: 0.5, width: width - 1, height: height - 1 }));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "kappa-paradox", ["share", "miss", "false_alarm"]);
  const { state, data, set, root } = figure;
  const picture = make("div", { class: "picture" });
  const key = make("ul", { class: "key" });
  const axis = make("div", { class: "axis" });
  const words = make("p", { class: "summary" });
  const tell = () => figure.say(words.textContent);
  const rate = (name, digits) => (value) => set({ [name]: Number(value.toFixed(digits)) });
  const sliders = [
    ["share", "Faces that have the unit", { min: 0, max: 100, step: 0.5 }],
    ["miss", "Each coder misses, of these", { min: 0, max: 60, step: 1 }],
    ["false_alarm", "Each coder writes it on, of the others", { min: 0, max: 40, step: 0.5 }],
  ].map(([name, label, range]) => [name, slider(label, range, rate(name, 1), tell)]);
  const quick = buttons("Go to", data.shares.map((share) => [String(share), `${share} %`]),
    (value) => { set({ share: Number(value) }); tell(); });

  const left = (value) => `${(100 * (Math.max(value, LOW) - LOW) / (1 - LOW)).toFixed(2)}%`;
  const text = (value) => (value === null ? "undefined" : short(value));

  figure.show = () => {
    const found = expect(state);
    const start = expect({ ...state, share: data.start });
    sliders.forEach(([name, one]) => one.mark(state[name], `${state[name]} %`));
    quick.mark(String(state.share));
    picture.replaceChildren(mosaic(found));
    const whole = (value) => Math.floor(value + 0.5);
    const counts = [["both", "both wrote it", found.both], ["one", "only the first", found.one],
      ["one", "only the second", found.one], ["neither", "neither", found.neither]];
    key.replaceChildren(...counts.map(([kind, name, number]) => make("li", {},
      make("span", { class: `patch ${kind}`, "aria-hidden": "true" }), `${name}: ${whole(number)}`)));
    axis.replaceChildren(...MEASURES.map(([id, name, mark]) => make("div", { class: "measure",
      "data-measure": id }, make("span", { class: "what" }, name),
    make("span", { class: "track", "aria-hidden": "true" }, make("s", { style: `left:${left(0)}` }),
      start[id] === null ? null : make("u", { style: `left:${left(start[id])}` }),
      found[id] === null ? null : make("i", { style: `left:${left(found[id])}` }, mark)),
    make("span", { class: "value" }, text(found[id])))),
    make("div", { class: "measure ends ntl-quiet", "aria-hidden": "true" }, make("span", {}),
      make("span", { class: "track" }, [[0, "0"], [0.5, ".5"], [1, "1"]].map(([at, label]) =>
        make("b", { style: `left:${left(at)}` }, label))), make("span", {})));
    words.textContent = `${state.share} % of faces have the unit. The coders say the same on `
      + `${(100 * found.percent).toFixed(1)} % of faces; kappa is ${text(found.kappa)}, AC1 ${text(found.ac1)}, `
      + `PABAK ${text(found.pabak)}.`
      + (found.kappa === null ? " Both always write the same one thing, so kappa would divide 0 by 0." : "");
    ["both", "one", "neither", "percent", "kappa", "ac1", "pabak"].forEach((name) => {
      root.dataset[name] = found[name] ?? "";
    });
  };

  figure.start(make("div", { class: "controls" }, sliders.map(([, { box }]) => box), quick.box),
    make("div", { class: "halves" }, make("div", {},
      make("p", { class: "title" }, "1,000 faces, expected; area counts them"), picture, key),
    make("div", {}, make("p", { class: "title" }, `Four measures; bar below: at ${data.start} %`),
      axis, words)));
}

export default { render };
