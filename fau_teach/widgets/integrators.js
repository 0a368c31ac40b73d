// Integrators. Each mode of the face is one spring, stepped here; a page test compares with Python.
const ONE = [1, 0, 0, 1];
const mul = ([a, b, c, d], [e, f, g, h]) => [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
const apply = ([a, b, c, d], [x, y]) => [a * x + b * y, c * x + d * y];
const times = (factor, all) => all.map((one) => factor * one);
const sum = (first, ...others) => first.map((one, at) => others.reduce((total, other) => total + other[at], one));
const inverse = ([a, b, c, d]) => times(1 / (a * d - b * c), [d, -b, -c, a]);

// x(t + h) = phi x(t) + before a(t) + after a(t + h) of x = (q, q'), x' = A x + (0, a).
// Explicit Euler, trapezium (Newmark) and implicit Euler take 0, 1/2 and 1 of the step's end.
function blend(share, A, h) {
  const back = inverse(sum(ONE, times(-share * h, A)));
  return [mul(back, sum(ONE, times((1 - share) * h, A))), apply(back, [0, (1 - share) * h]), apply(back, [0, share * h])];
}
const METHODS = {
  euler: (A, h) => blend(0, A, h),
  newmark: (A, h) => blend(1 / 2, A, h),
  implicit: (A, h) => blend(1, A, h),
  "semi-implicit": ([, , k, d], h) => [[1 + h * h * k, h + h * h * d, h * k, 1 + h * d], [h * h, h], [0, 0]],
  rk4(A, h) {
    const z = times(h, A);
    const [z2, z3, z4] = [mul(z, z), mul(z, mul(z, z)), mul(mul(z, z), mul(z, z))];
    const first = apply(sum(ONE, z, times(1 / 2, z2), times(1 / 4, z3)), [0, h / 6]);
    const half = apply(sum(times(2, ONE), z, times(1 / 4, z2)), [0, h / 6]);
    return [sum(ONE, z, times(1 / 2, z2), times(1 / 6, z3), times(1 / 24, z4)), sum(first, half), sum(half, [0, h / 6])];
  },
  // 1,024 steps of Runge-Kutta in one, the drive linear all the while: exact to the last digits.
  exact(A, h) {
    let [phi, before, after] = METHODS.rk4(A, h / 1024);
    for (let k = 0; k < 10; k += 1) {
      const [b, c] = [apply(phi, before), apply(phi, after)];
      [phi, before, after] = [mul(phi, phi), sum(b, times(1 / 2, c), times(1 / 2, before)),
        sum(times(1 / 2, c), times(1 / 2, before), after)];
    }
    return [phi, before, after];
  },
};

function run({ method, step, elastic, damping }, { modes, seconds, start, rise }) {
  const drive = (t) => { const x = Math.min(1, Math.max(0, (t - start) / rise)); return x * x * (3 - 2 * x); };
  const springs = modes.map(([omega, decay, load, out]) => ({ omega: elastic ? omega : 0, load, out,
    x: [0, 0], step: METHODS[method]([0, 1, elastic ? -omega * omega : 0, damping ? -decay : 0], step) }));
  const found = { t: [], mm: [], energy: [] };
  for (let k = 0; k <= Math.floor(seconds / step + 1e-9); k += 1) {
    let [mm, energy] = [0, 0];
    springs.forEach((one) => {
      if (k) {
        const [phi, before, after] = one.step;
        one.x = sum(apply(phi, one.x), times(one.load * drive((k - 1) * step), before),
          times(one.load * drive(k * step), after));
      }
      mm += one.out * one.x[0];
      energy += (one.x[1] ** 2 + (one.omega * one.x[0]) ** 2) / 2;
    });
    [found.t, found.mm, found.energy].forEach((list, at) => list.push([k * step, mm, energy][at]));
  }
  return found;
}

// Curves over time, the exact one below; what leaves the box ends at its edge.
function chart(name, seconds, [low, high], ticks, exact, steps, series) {
  const [width, height, left, base] = [340, 220, 60, 190];
  const x = (t) => left + (t / seconds) * (width - left - 12);
  const y = (value) => base - ((value - low) / (high - low)) * (base - 14);
  const inside = (value) => value >= low && value <= high;
  const cut = steps.findIndex((value) => !inside(value));
  const shown = cut < 0 ? steps : [...steps.slice(0, cut), steps[cut] > high || Number.isNaN(steps[cut]) ? high : low];
  const line = (kind, values, t) => draw("polyline", { class: kind,
    points: values.map((value, at) => `${x(t[at]).toFixed(1)},${y(value).toFixed(1)}`).join(" ") });
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    ticks.map(([value, text]) => [draw("line", { class: "tick", x1: left, x2: width - 12, y1: y(value), y2: y(value) }),
      draw("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, text)]).flat(),
    [0, seconds / 2, seconds].map((t) => draw("text", { x: x(t), y: base + 18, "text-anchor": "middle" }, `${t} s`)),
    line("exact", exact.map((value) => Math.min(high, Math.max(low, value))), series.exactTimes),
    line("steps", shown, series.times),
    shown.length < 120 ? shown.map((value, at) => draw("circle", { class: "dot", cx: x(series.times[at]), cy: y(value), r: 2.4 })) : [],
    cut < 0 ? [] : draw("text", { class: "gone", x: x(series.times[cut]), y: shown[cut] === low ? base - 4 : 12,
      "text-anchor": "middle" }, "✕"));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "integrators", ["method", "step", "elastic", "damping"]);
  const { state, data, set, root } = figure;
  const words = make("p", { class: "summary" });
  const [pictures, table] = [make("div", { class: "halves picture" }), make("div", {})];
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  const title = Object.fromEntries(data.methods);
  const method = chooser("Method", data.methods, (value) => act({ method: value }));
  const step = slider("Step", { min: 0, max: data.steps.length - 1, step: 1 },
    (at) => set({ step: data.steps[at] }), tell);
  const terms = buttons("Terms", [["elastic", "elasticity"], ["damping", "damping"]],
    (name) => act({ [name]: !state[name] }));
  const presets = buttons("Try", data.presets.map(([name], at) => [String(at), name]), (at) => act(data.presets[at][1]));

  figure.show = () => {
    const seconds = state.step / 1000;
    const fine = Math.ceil(state.step - 1e-9);
    const found = run({ ...state, step: seconds }, data);
    const exact = run({ ...state, method: "exact", step: seconds / fine }, data);
    const error = Math.max(...found.mm.map((mm, at) => Math.abs(mm - exact.mm[at * fine])));
    const [limits, last] = [data.limits[`${+state.elastic}${+state.damping}`], exact.mm.length - 1];
    const top = Math.max(...exact.mm) * 1.6;
    const beyond = found.mm.findIndex((mm) => !(mm <= top && mm >= -0.6 * top));
    const number = (value) => (value >= 100 ? `${(value / 1000).toPrecision(3)} m` : `${Number(value.toPrecision(2))} mm`);
    const text = (limit) => (limit === null ? "none" : limit ? `${limit} ms` : "no step holds");
    const [limit, most] = [limits[state.method], exact.mm[last]];
    method.mark(state.method);
    step.mark(data.steps.indexOf(state.step), `${state.step} ms`);
    terms.mark(...["elastic", "damping"].filter((name) => state[name]));
    presets.mark(...data.presets.map((one, at) => (Object.entries(one[1]).every(([name, value]) => state[name] === value)
      ? String(at) : "")));
    const over = limit !== null && state.step > limit;
    words.textContent = `${title[state.method]} at ${state.step} ms ${over ? `is above its limit (${text(limit)}): an error grows at every step. `
      : limit === null ? "has no limit. " : `is below its limit of ${text(limit)}. `}${beyond < 0
      ? `Largest error ${number(error)}; the corner of the mouth ends at ${number(found.mm.at(-1))}; exact is ${number(most)}.`
      : `It leaves the picture after ${found.t[beyond].toFixed(2)} s.`}`;
    const log = (energy) => energy.map((one) => (one > 0 ? Math.max(-3, Math.log10(one / exact.energy[last])) : one === 0 ? -3 : NaN));
    const series = { times: found.t, exactTimes: exact.t };
    pictures.replaceChildren(
      make("div", {}, make("p", { class: "title" }, "Corner of the mouth"), chart("Displacement over time", data.seconds, [-0.6 * top, top],
        [0, 1].map((part) => [part * most, number(part * most)]), exact.mm, found.mm, series)),
      make("div", {}, make("p", { class: "title" }, "Energy, of the exact one at the end"), chart("Energy over time", data.seconds, [-3, 3],
        [[-2, "1/100"], [0, "1"], [2, "100"]], log(exact.energy), log(found.energy), series)));
    table.replaceChildren(grid("Largest stable step, these terms", ["Method", "Limit", `At ${state.step} ms`],
      data.methods.map(([name, label]) => [label, text(limits[name]),
        limits[name] !== null && state.step > limits[name] ? "✕ grows" : "✓ holds"])));
    Object.assign(root.dataset, { end: found.mm.at(-1), error, energy: found.energy.at(-1) / exact.energy[last],
      exact: most, left: beyond < 0 ? "" : found.t[beyond], limit: limit ?? "" });
  };

  figure.start(make("div", { class: "controls" }, method.box, terms.box, step.box, presets.box), words, pictures,
    make("p", { class: "ntl-quiet note" }, "Broad band: exact. Line with dots: the method. ✕: it leaves the picture."), table);
}

export default { render };
