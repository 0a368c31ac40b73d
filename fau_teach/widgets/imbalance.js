// Imbalance slider. Python ran both methods for every emotion, factor and mode.
const METHODS = [
  { name: "Method 1, share", scale: 1000, digits: 3 },
  { name: "Method 2, raw sum", scale: 100, digits: 2 },
  { name: "Method 2, mean", scale: 1000, digits: 3 },
];

function render({ model, el }) {
  const figure = panel({ model, el }, "imbalance", ["emotion", "factor", "mode", "watched"]);
  const { state, data, set } = figure;
  const summary = make("p", { class: "summary" });
  const result = make("div", { class: "result" });
  const tell = () => figure.say(`${summary.textContent} ${[...result.querySelectorAll("tbody tr")]
    .map((row) => row.innerText).join(". ")}`);
  const choose = (changes) => { set(changes); tell(); };

  const emotion = chooser("Emotion that grows", data.emotions.map((one) => [one, one]),
    (value) => choose({ emotion: value }));
  const mode = buttons("By", [["copies", "exact copies"], ["new", "different rows"]],
    (value) => choose({ mode: value }));
  const factor = slider("How many times as many rows", { min: 1, max: data.results.copies[data.emotions[0]].length, step: 1 },
    (value) => set({ factor: value }), tell);
  const watched = buttons("Watch", data.codes.map((code) => [code, code, `AU${code}`]), (code) =>
    choose({ watched: data.codes.filter((one) => state.watched.includes(one) !== (one === code)) }));

  figure.show = () => {
    emotion.mark(state.emotion);
    mode.mark(state.mode);
    factor.mark(state.factor, `×${state.factor}`);
    watched.mark(...state.watched);
    const all = data.results[state.mode][state.emotion];
    const [before, after] = [all[0], all[state.factor - 1]];
    const own = data.own * state.factor;
    const total = data.own * (data.emotions.length - 1 + state.factor);
    const percent = (part, whole) => `${Math.round((100 * part) / whole)} %`;
    const first = data.codes.every((_, at) => before[0][at] === after[0][at]);
    summary.textContent = `${data.own} rows of ${state.emotion} become ${own}; of ${total} rows that is `
      + `${percent(own, total)} (before: ${percent(1, data.emotions.length)}). Different combinations: `
      + `${before[3]}, now ${after[3]}. Method 1 ${first ? "does not move" : "moves"}.`;
    // One scale for each column, the same at every factor.
    const top = METHODS.map((_, method) => Math.max(...all.flatMap((one) => one[method])));
    result.replaceChildren(grid(`What each method says of ${state.emotion}: before (outline), after (filled)`,
      ["Unit", ...METHODS.map(({ name }) => name)],
      data.codes.flatMap((code, at) => (!state.watched.includes(code) ? [] : [[`AU${code}`,
        ...METHODS.map(({ scale, digits }, method) => {
          const [old, now] = [before[method][at], after[method][at]];
          return [bar(now / top[method], { before: old / top[method] }), make("span",
            { "data-cell": `${code} ${method}`, "data-before": old, "data-after": now },
            old === now ? `${short(old / scale, digits)}, same`
              : `${short(old / scale, digits)} → ${short(now / scale, digits)}`)];
        })]]))));
    Object.assign(figure.root.dataset, { rows: total, combinations: after[3] });
  };

  figure.start(make("div", { class: "controls" }, emotion.box, mode.box, factor.box, watched.box),
    summary, result, make("p", { class: "ntl-quiet note" },
      `All rows are made up: ${data.own} an emotion, drawn from a fixed seed. AU20 stands under Fear alone.`));
}

export default { render };
