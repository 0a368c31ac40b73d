// A burst behind a rectifier and one time constant. Exact formulae; a page test compares with Python.
function burstOf(seconds, tau) {
  const peak = -Math.expm1(-seconds / tau);
  return { peak, width: seconds + tau * Math.log1p(-peak / 2) + tau * Math.LN2 };
}

function render({ model, el }) {
  const figure = panel({ model, el }, "envelope", ["length", "cutoff"]);
  const { state, data, set, root } = figure;
  const words = make("p", { class: "summary" });
  const picture = make("div", { class: "picture" });
  const tell = () => figure.say(words.textContent);
  const presets = buttons("Try", data.presets.map(([name], at) => [String(at), name]), (at) => { set(data.presets[at][1]); tell(); });
  const length = slider("Burst", { min: 10, max: 500, step: 10 }, (ms) => set({ length: ms }), tell);
  const cutoff = slider("Cut-off of the smoothing", { min: 10, max: 100, step: 1 }, (tenths) => set({ cutoff: tenths / 10 }), tell);

  figure.show = () => {
    const tau = 1 / (2 * Math.PI * state.cutoff);
    const seconds = state.length / 1000;
    const { peak, width } = burstOf(seconds, tau);
    const ms = (value) => `${(1000 * value).toFixed(1)} ms`;
    const at = (t) => (t < 0 ? 0 : t < seconds ? -Math.expm1(-t / tau) : peak * Math.exp(-(t - seconds) / tau));
    const end = 0.9;
    const times = [...Array(601).keys()].map((k) => -0.05 + (k / 600) * (end + 0.05));
    length.mark(state.length, `${state.length} ms`);
    cutoff.mark(Math.round(10 * state.cutoff), `${state.cutoff.toFixed(1)} Hz, time constant ${ms(tau)}`);
    presets.mark(...data.presets.map(([, to], k) => (Object.keys(to).every((name) => to[name] === state[name]) ? String(k) : "")));
    words.textContent = `A burst of ${state.length} ms reaches ${(100 * peak).toFixed(1)} % of its height. At half of its own peak it is ${ms(width)} wide`
      + `${width > 0.5 ? ": no micro-expression any more, if 500 ms are the limit." : "."}`;
    const half = seconds - width + tau * Math.log(2); // where the rise passes half of the peak
    picture.replaceChildren(plot("Burst and envelope over time", [-0.05, end], [0, 1.05], [0, 2, 4, 6, 8].map((t) => [t / 10, `${100 * t} ms`]),
      [0, 0.5, 1].map((part) => [part, `${100 * part} %`]), [["box", [[-0.05, 0], [0, 0], [0, 1], [seconds, 1], [seconds, 0], [end, 0]]],
        ["now", times.map((t) => [t, at(t)])], ["width", [[half, peak / 2], [half + width, peak / 2]]]]));
    Object.assign(root.dataset, { peak, width, tau });
  };

  figure.start(make("div", { class: "controls" }, presets.box, length.box, cutoff.box), words, picture,
    make("p", { class: "ntl-quiet note" }, "Thin: the burst. Thick: its envelope. Bar: its width at half of its own peak."));
}

export default { render };
