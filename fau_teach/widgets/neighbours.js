// Neighbours. Centres and neighbours are found here; a page test compares with Python.
const apart = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2; // [0.01 mm²]

// Farthest points: the first is farthest from the centroid, each next one from all before it.
function spread(points, count) {
  const middle = [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
  const top = (list) => list.reduce((best, one, at) => (one > list[best] ? at : best), 0);
  let left = points.map((p) => apart(p, middle));
  const found = [top(left)];
  left = left.map(() => Infinity);
  while (found.length < count) {
    const last = points[found.at(-1)];
    left = left.map((far, at) => (found.at(-1) === at ? -1 : Math.min(far, apart(points[at], last))));
    found.push(top(left));
  }
  return found;
}

// Points nearer than the radius in the order of the list; of these the nearest or the first are kept.
function ball(points, order, centre, radius, most, rule) {
  const far = (at) => apart(points[at], points[centre]);
  const inside = order.filter((at) => far(at) < (10 * radius) ** 2);
  const kept = rule === "first" ? inside : [...inside].sort((a, b) => far(a) - far(b));
  return { inside, kept: kept.slice(0, most) };
}

// The cloud from the front (axes 0 and 1) or from the subject's left side (axes 2 and 1).
function view(name, points, axis, { centres, at, inside, kept, radius, lines }, pick) {
  const across = axis ? (p) => p[2] : (p) => p[0];
  const [xs, ys] = [points.map(across), points.map((p) => p[1])];
  const [left, top] = [Math.min(...xs) - 40, Math.min(...ys) - 40];
  const [width, height] = [Math.max(...xs) + 40 - left, Math.max(...ys) + 40 - top];
  const place = (k) => ({ cx: across(points[k]) - left, cy: points[k][1] - top });
  const [held, taken, middle] = [new Set(inside), new Set(kept), new Set(centres)];
  const traces = lines.map((line) => draw("polyline", { points: line.map((p) => `${across(p) - left},${p[1] - top}`).join(" ") }));
  const dots = points.map((_, k) => (taken.has(k) ? draw("circle", { ...place(k), r: 17, class: "kept" })
    : draw("circle", { ...place(k), r: held.has(k) ? 15 : 8, class: held.has(k) ? "left" : "other" })));
  const marks = [...middle].map((k) => draw("rect", { class: k === centres[at] ? "centre on" : "centre",
    x: place(k).cx - 15, y: place(k).cy - 15, width: 30, height: 30, transform: `rotate(45 ${place(k).cx} ${place(k).cy})` }));
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    traces, dots, draw("circle", { ...place(centres[at]), r: 10 * radius, class: "ball" }), marks);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) * (width / box.width), (event.clientY - box.top) * (height / box.height)];
    const far = centres.map((k) => (place(k).cx - x) ** 2 + (place(k).cy - y) ** 2);
    pick(far.indexOf(Math.min(...far)) + 1);
  });
  return svg;
}

function render({ model, el }) {
  const figure = panel({ model, el }, "neighbours", ["count", "centre", "radius", "most", "rule", "order"]);
  const { state, data, set, root } = figure;
  const points = data.points.flatMap((_, k) => (k % 3 ? [] : [data.points.slice(k, k + 3)]));
  const orders = { rows: points.map((_, k) => k), chance: data.shuffled };
  const words = make("p", { class: "summary" });
  const [pictures, table] = [make("div", { class: "views picture" }), make("div", {})];
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  const texts = (list) => list.map((one) => [String(one), String(one)]);
  const count = buttons("Centres", texts(data.counts), (one) => act({ count: Number(one), centre: Math.min(state.centre, Number(one)) }));
  const centre = slider("Centre", { min: 1, max: 64, step: 1 }, (one) => set({ centre: one }), tell);
  const radius = slider("Radius", { min: data.radii[0], max: data.radii[1], step: 1 }, (one) => set({ radius: one }), tell);
  const most = buttons("At most", texts(data.most), (one) => act({ most: Number(one) }));
  const rule = buttons("Keep", data.rules, (one) => act({ rule: one }));
  const order = buttons("Order of the list", data.orders, (one) => act({ order: one }));

  figure.show = () => {
    const centres = spread(points, state.count);
    const at = Math.min(state.centre, state.count) - 1;
    const other = state.order === "rows" ? "chance" : "rows";
    const find = (k, name, how) => ball(points, orders[name], k, state.radius, state.most, how);
    const changed = (how) => centres.map((k) => [find(k, state.order, how).kept, new Set(find(k, other, how).kept)])
      .map(([one, two]) => one.filter((k) => !two.has(k)).length);
    const all = centres.map((k) => find(k, state.order, state.rule));
    const { inside, kept } = all[at];
    const covered = new Set(all.flatMap((one) => one.inside)).size / points.length;
    const total = all.reduce((sum, one) => sum + one.kept.length, 0);
    const lost = changed(state.rule);
    count.mark(String(state.count));
    most.mark(String(state.most));
    rule.mark(state.rule);
    order.mark(state.order);
    centre.input.max = state.count;
    centre.mark(at + 1, `${at + 1} of ${state.count}`);
    radius.mark(state.radius, `${state.radius} mm`);
    words.textContent = `The ball around centre ${at + 1} holds ${plural(inside.length, "point", "points")}; ${kept.length === inside.length
      ? "all are kept" : `${kept.length} are kept`}. With the other order of the list, ${lost[at]} of them would be others. `
      + `All balls together hold ${Math.round(100 * covered)} % of the cloud.`;
    const drawn = { centres, at, inside, kept, radius: state.radius, lines: data.lines };
    pictures.replaceChildren(view("The cloud from the front", points, 0, drawn, (one) => act({ centre: one })),
      view("The cloud from the side", points, 2, drawn, (one) => act({ centre: one })));
    table.replaceChildren(grid(`What another order changes, all ${state.count} balls`, ["Keep", "Replaced"],
      data.rules.map(([name, text]) => [text, changed(name).reduce((sum, one) => sum + one, 0)])
        .map(([text, sum]) => [text, [bar(sum / total), `${sum} of ${total} neighbours`]])));
    Object.assign(root.dataset, { centres, inside: inside.length, kept, covered, changed: lost.reduce((sum, one) => sum + one, 0) });
  };

  figure.start(make("div", { class: "controls" }, count.box, centre.box, radius.box, most.box, rule.box, order.box), words, pictures,
    make("p", { class: "ntl-quiet note" }, "◇ centre, ◆ the chosen one. ● kept; ○ in its ball, but left out. Left from the front, right from the side."), table);
}

export default { render };
