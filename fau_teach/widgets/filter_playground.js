// Filters, window and spectrum of a recorded trace, computed here; a page test compares with Python.
// Discrete Fourier transform in place, of a length that is a power of two; sign 1 goes back, without 1/n.
function fourier(re, im, sign) {
  const n = re.length;
  for (let k = 1, j = 0; k < n; k += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (k < j) [re[k], re[j], im[k], im[j]] = [re[j], re[k], im[j], im[k]];
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k += 1) {
      const [c, s] = [Math.cos((2 * Math.PI * k) / size), sign * Math.sin((2 * Math.PI * k) / size)];
      for (let a = k, b = k + size / 2; a < n; a += size, b += size) {
        const [x, y] = [re[b] * c - im[b] * s, re[b] * s + im[b] * c];
        [re[b], im[b], re[a], im[a]] = [re[a] - x, im[a] - y, re[a] + x, im[a] + y];
      }
    }
  }
}

function gainAt(hertz, { steps, low, high }, { rate, order, mains, quality }) {
  const [tan, angle] = [(f) => Math.tan((Math.PI * f) / rate), (2 * Math.PI * hertz) / rate];
  let total = 1;
  if (steps.includes("band")) {
    const [below, above, here] = [low, high, hertz].map(tan);
    total /= 1 + ((here * here - below * above) / (here * (above - below))) ** (2 * order);
  }
  if (!steps.includes("notch")) return total;
  return [1, 2].reduce((product, multiple) => {
    const middle = (2 * Math.PI * multiple * mains) / rate;
    const away = (Math.cos(angle) - Math.cos(middle)) ** 2;
    return (product * away) / (away + Math.tan(middle / quality / multiple / 2) ** 2 * Math.sin(angle) ** 2 + 1e-300);
  }, total);
}

const powerOf = (values) => {
  const [re, im] = [Float64Array.from(values), new Float64Array(values.length)];
  fourier(re, im, -1);
  return re.slice(0, values.length / 2 + 1).map((x, k) => x * x + im[k] * im[k]);
};

function filteredTrace(volts, state, data) {
  const n = volts.length;
  const [re, im] = [Float64Array.from(volts), new Float64Array(n)];
  fourier(re, im, -1);
  for (let k = 0; k < n; k += 1) {
    const factor = gainAt((Math.min(k, n - k) * data.rate) / n, state, data) / n;
    re[k] *= factor;
    im[k] *= factor;
  }
  fourier(re, im, 1);
  const x = state.steps.includes("rectify") ? re.map(Math.abs) : re;
  if (!state.steps.includes("rms")) return x;
  const half = Math.round((state.window * data.rate) / 2000);
  let sum = 0;
  for (let k = -half; k < half; k += 1) sum += x[(k + n) % n] ** 2;
  return x.map((_, k) => {
    sum += x[(k + half) % n] ** 2;
    const mean = Math.max(0, sum) / (2 * half + 1);
    sum -= x[(k - half + n) % n] ** 2;
    return Math.sqrt(mean);
  });
}

function levelsOf(values, level, { rate, rest, work }) {
  return [rest, work].map(([from, to]) => {
    const part = values.slice(Math.round(from * rate), Math.round(to * rate));
    const mean = part.reduce((a, b) => a + b) / part.length;
    return level ? mean : Math.sqrt(part.reduce((a, b) => a + (b - mean) ** 2, 0) / part.length);
  });
}

// A chart: lines [kind, points], marks on both axes [value, text], and shaded spans along x.
function plot(name, [left, right], [low, high], across, up, rows, spans = []) {
  const [width, height, edge, base] = [340, 190, 46, 162];
  const x = (value) => edge + ((value - left) / (right - left)) * (width - edge - 8);
  const y = (value) => base - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (base - 18);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    spans.map(([from, to, text]) => [draw("rect", { class: "span", x: x(from), width: x(to) - x(from), y: 14, height: base - 14 }),
      draw("text", { x: x((from + to) / 2), y: 10, "text-anchor": "middle" }, text)]).flat(),
    up.map(([value, text]) => [draw("line", { class: "tick", x1: edge, x2: width - 8, y1: y(value), y2: y(value) }),
      draw("text", { x: edge - 4, y: y(value) + 4, "text-anchor": "end" }, text)]).flat(),
    across.map(([value, text]) => draw("text", { x: x(value), y: base + 18, "text-anchor": "middle" }, text)),
    rows.map(([kind, points]) => draw("polyline", { class: kind, points: points.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ") })));
}

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
  const milli = (value) => (Math.abs(value) < 0.1 ? `${(1000 * value).toFixed(value < 0.01 ? 1 : 0)} mV` : `${value.toFixed(2)} V`);
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
      + `${has("band") || has("notch") ? ` The filters leave ${(100 * kept).toPrecision(2)} % of the energy that swings.` : ""}`
      + refused.map((name) => ` ✕ The package refuses this step: ${data.refused[name]}.`).slice(0, 1).join("");
    const ends = [Math.min(0, ...output), Math.max(...output)];
    const truth = data.truth.map((part, k) => [(k * seconds) / data.truth.length, ends[0] + (part / 1000) * (ends[1] - ends[0])]);
    const top = Math.max(...decibels(old, 1).map((one) => one[1]));
    pictures.replaceChildren(
      make("div", {}, make("p", { class: "title" }, "The trace"), plot("Volts over time", [0, seconds], ends, [0, 1, 2].map((t) => [t, `${t} s`]),
        [...new Set([ends[0], 0, ends[1]])].map((value) => [value, milli(value)]),
        [["wave", Array.from(output, (value, k) => [k / data.rate, value])], ["truth", truth]], [[...data.rest, "rest"], [...data.work, "smile"]])),
      make("div", {}, make("p", { class: "title" }, "Its power, by frequency"), plot("Power over frequency", [0, data.rate / 2], [-70, 3],
        [0, 50, 100, 200, 300, 400, 500].map((f) => [f, f === 500 ? "500 Hz" : String(f)]), [0, -20, -40, -60].map((one) => [one, `${one} dB`]),
        [["old", decibels(old, 10 ** (top / 10))], ["now", decibels(power, 10 ** (top / 10))]])));
    Object.assign(root.dataset, { rest, work, kept, middle: output[volts.raw.length / 2], power: power[60] });
  };

  figure.start(make("div", { class: "controls" }, presets.box, sensor.box, steps.box, slides.map((one) => one.box)), words, pictures,
    make("p", { class: "ntl-quiet note" }, "Dashed: what the muscle truly did. Right: thin, as recorded; thick, behind the steps that are on."));
}

export default { render };
