// Three kinds of muscle. Vectors are averaged here; a page test compares the shares with Python's.
const STROKE = 0.3; // how far the skin goes at full activation
const SIZE = 300;

// One vector for each of `groups` parts of the muscle; with 0 each place keeps its own.
function averaged(forces, groups) {
  if (!groups) return () => null;
  const part = (k) => Math.floor((k * groups) / forces.length);
  const sums = Array.from({ length: groups }, () => [0, 0, 0]);
  forces.forEach(([x, y], k) => { const sum = sums[part(k)]; sum[0] += x; sum[1] += y; sum[2] += 1; });
  const means = sums.map(([x, y, n]) => [x / n, y / n]);
  return (share) => means[Math.min(groups - 1, part(Math.floor(share * forces.length)))];
}

function left(forces, groups) {
  const mean = averaged(forces, groups);
  const rest = forces.map(([x, y], k) => { const m = mean(k / forces.length + 1e-9) || [x, y]; return (x - m[0]) ** 2 + (y - m[1]) ** 2; });
  return rest.reduce((a, b) => a + b, 0) / forces.reduce((a, [x, y]) => a + x * x + y * y, 0);
}

function picture({ nodes, places, forces, fibres }, { reach, side }, vectors, activation) {
  const at = ([x, y]) => [(SIZE * (x + reach)) / (2 * reach), (SIZE * (reach - y)) / (2 * reach)].map((v) => v.toFixed(1));
  const path = (points) => points.map((point) => at(point).join(",")).join(" ");
  const mean = averaged(forces, vectors);
  const skin = nodes.map(([weight, dx, dy, part], k) => {
    const [x, y] = mean(part) || [dx, dy];
    const home = [k % side, Math.floor(k / side)].map((n) => reach * ((2 * n) / (side - 1) - 1));
    return [home[0] + STROKE * activation * weight * x, home[1] + STROKE * activation * weight * y];
  });
  const line = (step, start) => draw("polyline", { class: "skin", points: path(Array.from({ length: side }, (_, k) => skin[start + k * step])) });
  const tip = unique("tip");
  const arrows = places.map(([x, y], k) => {
    const [fx, fy] = mean(k / places.length + 1e-9) || forces[k];
    const [[x1, y1], [x2, y2]] = [at([x, y]), at([x + 0.22 * activation * fx, y + 0.22 * activation * fy])];
    const seen = activation * Math.hypot(fx, fy) > 0.1;
    return seen ? draw("line", { class: "pull", x1, y1, x2, y2, "marker-end": `url(#${tip})` })
      : draw("circle", { class: "none", cx: x1, cy: y1, r: 2 });
  });
  return draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true", focusable: "false" },
    draw("defs", {}, draw("marker", { id: tip, viewBox: "0 0 6 6", refX: 4, refY: 3, markerWidth: 4, markerHeight: 4, orient: "auto" },
      draw("path", { class: "tip", d: "M0 0L6 3L0 6z" }))),
    Array.from({ length: side }, (_, k) => [line(1, k * side), line(side, k)]).flat(),
    fibres.map((points) => draw("polyline", { class: "fibre", points: path(points) })), arrows);
}

function render({ model, el }) {
  const figure = panel({ model, el }, "muscle-types", ["kind", "vectors", "activation"]);
  const { state, data, set, root } = figure;
  const stage = make("div", { class: "picture" });
  const result = make("div", { class: "result" });
  const words = make("p", { class: "summary" });
  const tell = () => figure.say(words.textContent);
  const pick = (changes) => { set(changes); tell(); };
  const kind = buttons("Muscle", Object.keys(data.kinds).map((one) => [one, one]), (value) => pick({ kind: value }));
  const vectors = buttons("Vectors", [["0", "own", "each place its own"], ...data.groups.map((n) => [String(n), String(n), `${n} for the muscle`])],
    (value) => pick({ vectors: Number(value) }));
  const force = slider("Activation", { min: 0, max: 100, step: 5 }, (value) => { stop(); set({ activation: value }); }, tell);
  let began = 0;
  const play = make("button", { type: "button", class: "play", onclick: () => (began ? stop() : start()) }, "Contract");

  function stop() { began = 0; play.textContent = "Contract"; }
  function start() {
    if (reducedMotion()) { set({ activation: state.activation ? 0 : 100 }); tell(); return; }
    began = performance.now();
    play.textContent = "Stop";
    requestAnimationFrame(tick);
  }
  function tick(now) {
    if (!began || !root.isConnected) return;
    const share = Math.max(0, now - began) / 2400;
    set({ activation: share >= 1 ? 100 : Math.round(50 - 50 * Math.cos(3 * Math.PI * share)) });
    if (share >= 1) stop(); else requestAnimationFrame(tick);
  }

  figure.show = () => {
    const mine = data.kinds[state.kind];
    kind.mark(state.kind);
    vectors.mark(String(state.vectors));
    force.mark(state.activation, `${state.activation} %`);
    stage.replaceChildren(picture(mine, data, state.vectors, state.activation / 100));
    const sum = mine.forces.reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0]);
    const net = Math.hypot(...sum) / mine.forces.length;
    const rest = left(mine.forces, state.vectors);
    words.textContent = `Net force of this ${state.kind} muscle: ${short(net)} of all force. `
      + (state.vectors ? `With ${plural(state.vectors, "vector", "vectors")}, ${(100 * rest).toFixed(1)} % of the field stays unexplained.`
        : "Each place has its own direction: nothing is lost.");
    result.replaceChildren(grid("Left unexplained by so many vectors [%]", ["", ...data.groups.map(String)],
      Object.entries(data.kinds).map(([name, one]) => [name, ...data.groups.map((n) => make("span",
        { class: name === state.kind && n === state.vectors ? "on" : null, "data-cell": `${name} ${n}`, "data-left": left(one.forces, n) },
        (100 * left(one.forces, n)).toFixed(1)))])));
    Object.assign(root.dataset, { net, left: rest });
  };
  figure.start(make("div", { class: "controls" }, kind.box, vectors.box, force.box),
    make("div", { class: "halves" }, make("div", {}, stage, play), make("div", {}, words, result)));
}

export default { render };
