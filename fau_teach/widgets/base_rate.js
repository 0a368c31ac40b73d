// Base rate. The counts are computed here; a page test compares them with Python's.
const FACES = 1000;
const COLUMNS = 40;
const STEP = 11;
// Counts of whole faces from three rates in percent.
function count({ prevalence, hit, other }) {
  const emotion = Math.floor((FACES * prevalence) / 100 + 0.5);
  const both = Math.floor((emotion * hit) / 100 + 0.5);
  const alone = Math.floor(((FACES - emotion) * other) / 100 + 0.5);
  const unit = both + alone;
  const base = emotion / FACES;
  return { emotion, both, alone, unit, specificity: unit ? both / unit : null,
    lift: unit && emotion ? both / unit / base : null };
}

// One path for all faces of a kind: a thousand marks stay quick to draw.
const MARKS = {
  both: (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
  alone: (x, y) => `M${x - 3.4} ${y - 3.4}h6.8v6.8h-6.8z`,
  missed: (x, y) => `M${x - 3.2} ${y}a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0`,
  none: (x, y) => `M${x - 1.2} ${y}a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0`,
};

function render({ model, el }) {
  const figure = panel({ model, el }, "base-rate", ["preset", "prevalence", "hit", "other", "grouped"]);
  const { state, data, set } = figure;
  const preset = () => data.presets.find(({ id }) => id === state.preset);
  const picture = make("div", { class: "picture" });
  const key = make("ul", { class: "key" });
  const words = make("div", { class: "words" });
  const note = make("p", { class: "ntl-quiet note" });
  const tell = () => figure.say(words.textContent);
  const rate = (name) => (value) => set({ [name]: Math.round(value * 10) / 10 });
  // "any" lets a preset stand between whole percents, while an arrow key moves by one.
  const range = { min: 0, max: 100, step: "any" };

  const choice = chooser("Start from", data.presets.map(({ id, title }) => [id, title]), (id) => {
    const [prevalence, hit, other] = data.presets.find((one) => one.id === id).rates;
    set({ preset: id, prevalence, hit, other });
    tell();
  });
  const sliders = ["prevalence", "hit", "other"].map((name) => slider("", range, rate(name), tell));
  const grouped = buttons("Put together", [["unit", "faces with the unit"], ["emotion", "faces with the emotion"]],
    (value) => set({ grouped: value }));

  function dots(kinds) {
    const paths = { both: "", alone: "", missed: "", none: "" };
    let place = 0;
    kinds.forEach(([kind, many]) => {
      for (let i = 0; i < many; i += 1, place += 1) {
        paths[kind] += MARKS[kind](5.5 + STEP * (place % COLUMNS), 5.5 + STEP * Math.floor(place / COLUMNS));
      }
    });
    return draw("svg", { viewBox: `0 0 ${COLUMNS * STEP} ${(FACES / COLUMNS) * STEP}`, "aria-hidden": "true",
      focusable: "false" }, Object.entries(paths).map(([kind, d]) => draw("path", { class: kind, d })));
  }

  figure.show = () => {
    const { code, emotion, note: text } = preset();
    const found = count(state);
    const { both, alone, unit } = found;
    const missed = found.emotion - both;
    const labels = [`P(E): ${emotion}`, `P(A|E): AU${code} with ${emotion}`,
      `P(A|not E): AU${code} without`];
    ["prevalence", "hit", "other"].forEach((name, at) => {
      sliders[at].box.querySelector("label").textContent = labels[at];
      sliders[at].mark(state[name], `${state[name]} %`);
    });
    choice.mark(state.preset);
    grouped.mark(state.grouped);
    const none = ["none", FACES - unit - missed];
    picture.replaceChildren(dots(state.grouped === "unit"
      ? [["both", both], ["alone", alone], ["missed", missed], none]
      : [["both", both], ["missed", missed], ["alone", alone], none]));
    key.replaceChildren(...[["both", `${emotion} and AU${code}`, both], ["alone", `AU${code}, no ${emotion}`, alone],
      ["missed", `${emotion}, no AU${code}`, missed], ["none", "neither", none[1]]].map(([kind, name, many]) =>
      make("li", {}, draw("svg", { viewBox: "0 0 11 11", width: 15, height: 15, "aria-hidden": "true" },
        draw("path", { class: kind, d: MARKS[kind](5.5, 5.5) })), `${name}: ${many}`)));
    words.replaceChildren(
      make("p", {}, `Of 1,000 faces, ${found.emotion} show ${emotion}, and ${both} of these have AU${code}. `
        + `Of the other ${FACES - found.emotion}, ${alone} have AU${code}.`),
      make("p", { class: "summary" }, unit ? `So of ${unit} faces with AU${code}, ${both} show ${emotion}: `
        + `P(E|A) = ${short(found.specificity)}.` : `No face has AU${code}, so there is nothing to judge by.`),
      make("p", {}, found.lift === null ? "" : `With AU${code}, ${emotion} is `
        + `${short(found.lift, 1)} times as frequent as among all faces (${short(found.emotion / FACES)}): the lift.`));
    note.textContent = text;
    Object.assign(figure.root.dataset, { n_emotion: found.emotion, n_code: unit, both,
      specificity: found.specificity ?? "", lift: found.lift ?? "" });
  };

  figure.start(make("div", { class: "controls" }, choice.box, sliders.map(({ box }) => box)),
    make("div", { class: "halves dots" }, make("div", {}, grouped.box, picture, key),
      make("div", {}, words, note)));
}

export default { render };
