// Filters on a recorded trace: controls, trace and spectrum; the sums are in spectra.js.
function render({ model, el }) {
  const figure = panel({ model, el }, "filter-playground", ["sensor", "steps", "low", "high", "window"]);
  const { state, data, set, root } = figure;
  const words = make("p", { class: "summary" });
  const pictures = make("div", { class: "halves picture" });
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  const volts = Object.fromEntries(Object.entries(data.counts).map(([kind, all]) => [kind, all.map((count) => (count + 0.5) * (5 / 1024))]));
  const before = Object.fromEntries(Object.entries(volts).map(([kind, all]) => [kind, powerOf(all)]));
  const order = ["band", "notch", "rectify", "rms"];
  const presets = buttons("Try", data.presets.map(([name], at) => [String(at), name]), (at) => act(data.presets[at][1]));
  const sensor = buttons("Sensor", [["raw", "raw output"], ["envelope", "envelope output"]], (kind) => act({ sensor: kind }));
  const steps = buttons("Steps, in this order", [["band", "band-pass"], ["notch", "notch 50 and 100 Hz"], ["rectify", "rectify"], ["rms", "moving RMS"]],
    (one) => act({ steps: order.filter((name) => state.steps.includes(name) !== (name === one)) }));
  const slides = [["low", "Lower edge", "lows", "Hz"], ["high", "Upper edge", "highs", "Hz"], ["window", "RMS window", "windows", "ms"]].map(
    ([name, title, list, unit]) => {
      const one = slider(title, { min: 0, max: data[list].length - 1, step: 1 }, (at) => set({ [name]: data[list][at] }), tell);
      return { box: one.box, mark: () => one.mark(data[list].indexOf(state[name]), `${state[name]} ${unit}`) };
    });
  const milli = (value) => (Math.abs(value) < 0.1 ? `${(1000 * value).toFixed(Math.abs(value) < 0.01 ? 1 : 0)} mV` : `${value.toFixed(2)} V`);
  const decibels = (power, top) => {
    const wide = 4; // bins a point
    return [...Array((power.length - 1) / wide).keys()].map((k) => [((k + 0.5) * wide + 0.5) * (data.rate / 2 / (power.length - 1)),
      10 * Math.log10(power.slice(1 + wide * k, 1 + wide * (k + 1)).reduce((a, b) => a + b) / top + 1e-12)]);
  };

  figure.show = () => {
    const [input, seconds] = [volts[state.sensor], volts.raw.length / data.rate];
    const output = filteredTrace(input, state, data);
    const has = (name) => state.steps.includes(name);
    const level = has("rectify") || has("rms") || (state.sensor === "envelope" && !has("band"));
    const [rest, work] = levelsOf(output, level, data);
    const [old, power] = [before[state.sensor], powerOf(output)];
    const swings = (list) => list.slice(1, -1).reduce((a, b) => a + 2 * b, list.at(-1));
    const kept = swings(old.map((one, k) => one * gainAt((k * data.rate) / volts.raw.length, state, data) ** 2)) / swings(old);
    const refused = state.sensor === "envelope" ? state.steps.filter((name) => data.refused[name]) : [];
    [presets, sensor, steps, ...slides].forEach((one) => one.mark(...(one === sensor ? [state.sensor] : one === steps ? state.steps
      : one === presets ? data.presets.map(([, to], at) => (Object.keys(to).every((name) => String(to[name]) === String(state[name])) ? String(at) : "")) : [])));
    words.textContent = `${level ? "Level" : "Swing"} at rest ${milli(rest)}, in the smile ${milli(work)}: ${(work / rest).toFixed(1)} times as much.`
      + `${has("band") || has("notch") ? ` The filters leave ${100 * kept < 1 ? (100 * kept).toPrecision(2) : (100 * kept).toFixed(0)} % of the energy that swings.` : ""}`
      + refused.map((name) => ` ✕ The package refuses this step: ${data.refused[name]}.`).slice(0, 1).join("");
    const [lowest, highest] = [Math.min(0, ...output), Math.max(...(state.sensor === "raw" ? output : input))];
    const ends = [Math.min(lowest, lowest < 0 ? -highest / 4 : 0), highest]; // an envelope keeps its scale
    const truth = data.truth.map((part, k) => [(k * seconds) / data.truth.length, ends[0] + (part / 1000) * (ends[1] - ends[0])]);
    const top = Math.max(...decibels(old, 1).map((one) => one[1]));
    pictures.replaceChildren(
      make("div", {}, make("p", { class: "title" }, "The trace"), plot("Volts over time", [0, seconds], ends, [0, 1, 2].map((t) => [t, `${t} s`]),
        [...new Set([lowest < -highest / 4 ? lowest : 0, 0, highest])].map((value) => [value, value ? milli(value) : "0"]),
        [["wave", Array.from(output, (value, k) => [k / data.rate, value])], ["truth", truth]], [[...data.rest, "rest"], [...data.work, "smile"]])),
      make("div", {}, make("p", { class: "title" }, "Its power, by frequency [Hz]"), plot("Power over frequency", [0, data.rate / 2], [-70, 3],
        [0, 50, 100, 200, 300, 400, 500].map((f) => [f, String(f)]), [0, -20, -40, -60].map((one) => [one, `${one} dB`]),
        [["old", decibels(old, 10 ** (top / 10))], ["now", decibels(power, 10 ** (top / 10))]])));
    Object.assign(root.dataset, { rest, work, kept, middle: output[volts.raw.length / 2], power: power[60] });
  };

  figure.start(make("div", { class: "controls" }, presets.box, sensor.box, steps.box, slides.map((one) => one.box)), words, pictures,
    make("p", { class: "ntl-quiet note" }, "Dashed: what the muscle truly did. Power: thin, as recorded; thick, behind the steps that are on."));
}

export default { render };
