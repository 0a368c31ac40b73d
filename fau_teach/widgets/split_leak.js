// SplitLeak. Windows are parted and neighbours found here; a page test compares with Python.
const LEVELS = ["trial", "session", "person"];

// All windows with who, when and what, in the order of the data.
function unfold({ items, labels, dealt, deal, sizes: [, sessions, trials, each] }) {
  const width = items.length / deal.length;
  return deal.map((part, at) => {
    const [trial, session, person] = [each, each * trials, each * trials * sessions].map((size) => Math.floor(at / size));
    return { at, trial, session, person, part, place: trial % trials, turn: at % each, emotion: labels[trial],
      trials: dealt[trial], subject: person, values: items.slice(at * width, (at + 1) * width) };
  });
}

// Fold of a window, from 0. A block in time is a part of the trials of a class in a session.
const FOLD = {
  "random windows": (one) => one.part,
  "blocked in time": (one, { all, ask, folds }) => {
    const alike = all.filter((other) => other.session === one.session && other.turn === 0 && other[ask] === one[ask]);
    return Math.floor((alike.filter((other) => other.place < one.place).length * folds) / alike.length);
  },
  "leave session out": (one, { sizes }) => one.session % sizes[1],
  "leave person out": (one) => one.person,
};

// The nearest training window of each tested one; features are scaled by the training windows.
function nearest(train, test) {
  const spreads = train[0].values.map((_, k) => {
    const mean = train.reduce((sum, one) => sum + one.values[k], 0) / train.length;
    return Math.sqrt(train.reduce((sum, one) => sum + (one.values[k] - mean) ** 2, 0) / train.length) || 1;
  });
  const far = (a, b) => spreads.reduce((sum, spread, k) => sum + ((a.values[k] - b.values[k]) / spread) ** 2, 0);
  return test.map((one) => train.map((other) => [far(one, other), other])
    .reduce((best, next) => (next[0] < best[0] ? next : best))[1]);
}

function parted(split, about) {
  const folds = about.all.map((one) => FOLD[split](one, about));
  return Array.from({ length: Math.max(...folds) + 1 }, (_, number) => {
    const [test, train] = [true, false].map((inside) => about.all.filter((one) => (folds[one.at] === number) === inside));
    const crosses = LEVELS.map((level) => test.filter((one) => train.some((other) => other[level] === one[level])).length / test.length);
    return { test, train, near: nearest(train, test), crosses };
  });
}

function render({ model, el }) {
  const figure = panel({ model, el }, "split_leak", ["split", "ask", "fold", "window"]);
  const { state, data, set, root } = figure;
  const [people, sessions, trials, each] = data.sizes;
  const all = unfold(data);
  const made = {};
  const parts = (name) => (made[state.ask + name] ||= parted(name, { ...data, all, ask: state.ask }));
  const letter = (one) => (state.ask === "subject" ? String(one.subject + 1) : data.emotions[one[state.ask]][0]);
  const said = (one) => (state.ask === "subject" ? `person ${one.subject + 1}` : data.emotions[one[state.ask]].toLowerCase());
  const [words, picture, table] = [make("p", { class: "summary" }), make("div", { class: "picture" }), make("div", {})];
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  const split = buttons("Split", data.splits.map(([name]) => [name, name]), (one) => act({ split: one, fold: 1 }));
  const ask = chooser("Ask for", data.asked, (one) => act({ ask: one }));
  const fold = slider("Fold", { min: 1, max: people, step: 1 }, (one) => set({ fold: one }), tell);
  const tested = slider("Tested window", { min: 1, max: all.length, step: 1 }, (one) => set({ window: one }), tell);
  const right = ({ test, near }) => test.filter((one, k) => one[state.ask] === near[k][state.ask]).length;
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

  // Two by two windows are a trial, a row of trials a session.
  const draft = ({ test, near }, chosen, answer) => {
    const [left, top, cell, gap] = [30, 4, 17, 7];
    const place = (one) => ({ x: left + one.place * (2 * cell + gap) + (one.turn % 2) * cell,
      y: top + one.session * (2 * cell + gap) + Math.floor(one.session / sessions) * 5 + Math.floor(one.turn / 2) * cell });
    const marks = all.map((one) => {
      const [k, { x, y }] = [test.indexOf(one), place(one)];
      const kind = k < 0 ? "train" : one[state.ask] === near[k][state.ask] ? "right" : "wrong";
      const group = draw("g", { class: kind }, draw("rect", { x: x + 0.8, y: y + 0.8, width: cell - 1.6, height: cell - 1.6 }),
        draw("text", { x: x + cell / 2, y: y + 12.4, "text-anchor": "middle" }, letter(one)),
        kind === "wrong" ? draw("path", { d: `M${x + 2} ${y + cell - 2}L${x + cell - 2} ${y + 2}` }) : []);
      if (k >= 0) group.addEventListener("click", () => act({ window: k + 1 }));
      return group;
    });
    const ring = (one, kind) => draw("rect", { class: kind, rx: 3, width: cell + 2, height: cell + 2, x: place(one).x - 1, y: place(one).y - 1 });
    const middle = (one, k) => ({ [`x${k}`]: place(one).x + cell / 2, [`y${k}`]: place(one).y + cell / 2 });
    return draw("svg", { viewBox: `0 0 ${left + trials * (2 * cell + gap)} ${top + people * sessions * (2 * cell + gap) + people * 5}`,
      role: "img", "aria-label": "Windows by person, session and trial" },
      Array.from({ length: people * sessions }, (_, k) => draw("text", { class: "name", x: 0, y: place({ session: k, place: 0, turn: 0 }).y + 21 },
        `P${Math.floor(k / sessions) + 1}·${(k % sessions) + 1}`)),
      marks, draw("line", { class: "link", ...middle(chosen, 1), ...middle(answer, 2) }), ring(chosen, "chosen"), ring(answer, "answer"));
  };

  figure.show = () => {
    const folds = parts(state.split);
    const number = Math.min(state.fold, folds.length);
    const here = folds[number - 1];
    const at = Math.min(state.window, here.test.length) - 1;
    const [chosen, answer] = [here.test[at], here.near[at]];
    const none = (name) => state.ask === "subject" && name === "leave person out";
    const score = (name) => parts(name).reduce((sum, one) => sum + right(one), 0) / all.length;
    [[split, state.split], [ask, state.ask]].forEach(([control, value]) => control.mark(value));
    [fold.input.max, tested.input.max] = [folds.length, here.test.length];
    fold.mark(number, `${number} of ${folds.length}`);
    tested.mark(at + 1, `${at + 1} of ${here.test.length}`);
    words.textContent = `The chosen window is ${said(chosen)}. Its nearest training window is of ${LEVELS.map((level) => (
      chosen[level] === answer[level] ? `the same ${level}` : "")).find(Boolean) || "another person"}, `
      + `and answers ${said(answer)}. ${percent(here.crosses[0])} of the tested windows have their trial in training, `
      + `${percent(here.crosses[1])} their session, ${percent(here.crosses[2])} their person.${none(state.split)
      ? " Nobody can name a person never seen." : ` All folds: ${percent(score(state.split))} right.`}`;
    picture.replaceChildren(draft(here, chosen, answer));
    table.replaceChildren(grid(`Right, all folds; asked for ${Object.fromEntries(data.asked)[state.ask]}`, ["Split", "Accuracy"],
      data.splits.map(([name, apart]) => [`${name} (${apart})`, none(name) ? ["cannot be asked"] : [bar(score(name)), percent(score(name))]])));
    Object.assign(root.dataset, { score: score(state.split), right: right(here), tested: here.test.map((one) => one.at),
      near: here.near.map((one) => one.at), crosses: here.crosses });
  };

  figure.start(make("div", { class: "controls" }, split.box, ask.box, fold.box, tested.box), words, picture,
    make("p", { class: "ntl-quiet note" }, "A block of four is a trial, P1·2 is person 1, session 2; F fear, A anger, D disgust. Pale: training. Filled: tested; struck out: answered wrongly. "
      + "Ring: the chosen one; dashed: its nearest training window."), table);
}

export default { render };
