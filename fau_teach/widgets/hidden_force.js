// Hidden force. Python computed movements, forces and intervals; two sliders add them up.
const LARGER = 4; // movements are drawn so many times as large
const LINES = [[0, 16], [17, 21], [22, 26], [27, 30], [31, 35], [36, 41, 36], [42, 47, 42], [48, 59, 48], [60, 67, 60]];
const LEFT = [[8, 16], [22, 26], [27, 30], [33, 35], [42, 47, 42], [51, 57], [62, 66]]; // seen from the left

function lines(list) {
  return list.map(([first, last, back]) => [...Array(last - first + 1).keys()].map((k) => first + k)
    .concat(back === undefined ? [] : back));
}

// The 68 points from the front (axes 0, 1) or from the left side (axes 2, 1), at rest and moved.
function view(name, rest, moved, axis, list) {
  const flip = axis ? -1 : 1; // the subject's left is on the right of the picture; it looks to the left
  const [width, height] = [170, 165];
  const across = rest.map((p) => flip * p[axis]);
  const middle = (Math.min(...across) + Math.max(...across)) / 2;
  const top = Math.max(...rest.map((p) => p[1])) + 12;
  const at = (points) => (k) => `${(width / 2 + flip * points[k][axis] - middle).toFixed(1)},${(top - points[k][1]).toFixed(1)}`;
  const trace = (kind, points) => lines(list).map((row) => draw("polyline", { class: kind, points: row.map(at(points)).join(" ") }));
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    trace("rest", rest), trace("moved", moved));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "hidden-force", ["example", "pull", "hold", "noise"]);
  const { state, data, set, root } = figure;
  const triples = (flat) => flat.flatMap((_, k) => (k % 3 ? [] : [flat.slice(k, k + 3)]));
  const rest = triples(data.rest).map((p) => p.map((x) => x / 10));
  const [words, bars] = [make("p", { class: "summary" }), make("div", {})];
  const [pictures, table] = [make("div", { class: "views picture" }), make("div", {})];
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  const of = () => data.examples.find(({ id }) => id === state.example);
  const range = { min: 0, max: 100, step: 100 / data.grid };
  const example = buttons("Example", data.examples.map(({ id, title }) => [id, title]), (id) => act({ example: id, pull: 100, hold: 0 }));
  const pull = slider("The muscle", range, (value) => set({ pull: value }), tell);
  const hold = slider("Those that hold against it", range, (value) => set({ hold: value }), tell);
  const noise = buttons("Noise of a reading", data.noises.map((one) => [String(one), `${one} mm`]), (one) => act({ noise: Number(one) }));

  figure.show = () => {
    const one = of();
    const share = [state.pull / 100, state.hold / 100];
    const step = 100 / data.grid;
    const skin = one.most[Math.round(state.pull / step) * (data.grid + 1) + Math.round(state.hold / step)] / 100;
    const alone = one.most[data.grid * (data.grid + 1)] / 100;
    const force = one.muscles.reduce((sum, { force: newton, group }) => sum + newton * share[group], 0);
    const [first, second] = one.moved.map(triples);
    const moved = rest.map((p, k) => p.map((x, axis) => x + (LARGER / 100) * (share[0] * first[k][axis] + share[1] * second[k][axis])));
    const largest = Math.max(...one.muscles.map((muscle) => muscle.force));
    example.mark(state.example);
    noise.mark(String(state.noise));
    pull.mark(state.pull, `${(one.muscles[0].activation * share[0]).toFixed(2)} of 1`);
    hold.mark(state.hold, `${state.hold} %`);
    words.textContent = `The skin moves by ${skin.toFixed(2)} mm at most; the muscle alone at a half moves it by ${alone.toFixed(2)} mm. `
      + `The muscles of one side pull with ${force.toFixed(2)} N in all.`;
    pictures.replaceChildren(view("68 points from the front", rest, moved, 0, LINES), view("68 points from the left side", rest, moved, 2, LEFT));
    bars.replaceChildren(grid("Force of each muscle, one side", ["Muscle", "Force"], one.muscles.map((muscle) => [muscle.name,
      [bar((muscle.force * share[muscle.group]) / largest), `${(muscle.force * share[muscle.group]).toFixed(2)} N`]])));
    const truth = one.muscles[0].activation * share[0];
    table.replaceChildren(grid(`What could be read of ${one.muscles[0].name}: 95 % interval, between 0 and 1`, ["Observer", "Activation"],
      data.observers.map((name) => {
        const half = one.muscles[0].half[name] * state.noise;
        const ends = [Math.max(0, truth - half), Math.min(1, truth + half)];
        const open = ends[0] === 0 && ends[1] === 1;
        return [name, [bar(truth, { span: ends }), open ? "anything from 0 to 1" : `${ends[0].toFixed(2)} to ${ends[1].toFixed(2)}`]];
      })));
    Object.assign(root.dataset, { skin, force, truth });
  };

  figure.start(make("div", { class: "controls" }, example.box, pull.box, hold.box, noise.box), words,
    make("div", { class: "halves" }, make("div", {}, make("p", { class: "title" }, `The skin, movement × ${LARGER}`), pictures,
      make("p", { class: "ntl-quiet note" }, "Thin: at rest. Thick: moved. The subject's left is on your right.")), bars), table);
}

export default { render };
