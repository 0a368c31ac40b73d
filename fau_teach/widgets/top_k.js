// Top k. Python made the depth maps; here they are subtracted, filtered and ranked.
const middle = (values) => {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
const axes = (points, find) => [0, 1, 2].map((axis) => find(points.map((p) => p[axis])));

// Onset and apex as a camera of some quality sees them, with or without a wall behind the head.
function shots({ onset, noise, clip }, { depth, wall }, [, , , , units, far]) {
  const apex = onset.slice();
  clip.at.forEach((pixel, k) => { apex[pixel] = clip.to[k]; });
  return [onset, apex].map((map, moment) => Array.from(map, (raw, pixel) => {
    let value = raw || (wall ? far : 0);
    if (depth === "noise" && value) value = Math.floor(value + noise[moment * onset.length + pixel] * (value / (600 * units)) ** 2 + 0.5);
    return depth === "exact" ? value : Math.floor((value + units / 2) / units) * units;
  }));
}

// What belongs to the face: nearer to its centre than so many mean distances.
function within(points, centre, factor) {
  let at = axes(points, mean);
  if (centre === "nose") {
    const deep = Float64Array.from(points.map((p) => p[2])).sort();
    at = axes(points.filter((p) => p[2] <= deep[Math.floor(deep.length / 100)]), middle);
  } else if (centre === "median") {
    const slopes = [0, 1].map((axis) => points.map((p) => p[axis] / p[2]));
    const ends = slopes.map((values) => [Math.min(...values), Math.max(...values)]);
    at = axes(points.filter((_, k) => slopes.every((values, axis) => Math.abs(values[k] - (ends[axis][0] + ends[axis][1]) / 2) <= (ends[axis][1] - ends[axis][0]) / 4)), middle);
  }
  const away = points.map((p) => Math.hypot(p[0] - at[0], p[1] - at[1], p[2] - at[2]));
  return away.map((one) => one <= factor * mean(away));
}

// By how much each motion counts: its length, or the length of its printed colour.
function weigh(motions, printed) {
  const lengths = motions.map((d) => Math.sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2));
  if (!printed) return lengths;
  const channels = [lengths, motions.map((d) => Math.atan(d[1] / d[0]) || 0), motions.map((d) => Math.atan(d[2] / Math.sqrt(d[0] ** 2 + d[1] ** 2)) || 0)];
  const even = channels.map((values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (value - low) / (high - low || 1));
  });
  return motions.map((_, k) => Math.hypot(...even.map((values) => values[k])));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "top-k", ["clip", "depth", "wall", "centre", "factor", "order", "count"]);
  const { state, data, set, root } = figure;
  const [f, cx, cy, width, units] = data.camera;
  const [onset, noise] = [unpack(data.onset, Uint16Array), unpack(data.noise, Int8Array)];
  const clips = Object.fromEntries(data.clips.map(({ id, at, to, moving }) => [id, { at: unpack(at, Uint16Array), to: unpack(to, Uint16Array), moving: unpack(moving, Uint16Array) }]));
  const [canvas, words, table] = [make("canvas", { class: "face", role: "img" }), make("p", { class: "summary" }), make("div", {})];
  const tell = () => figure.say(words.textContent);
  const act = (name) => (value) => { set({ [name]: value }); tell(); };
  const clip = chooser("Clip", data.clips.map(({ id, title }) => [id, title]), act("clip"));
  const depth = buttons("Depth", data.depths, act("depth"));
  const wall = buttons("Behind the head", [["", "nothing"], ["1", "a wall"]], (value) => act("wall")(!!value));
  const centre = buttons("Centre of the face", data.centres.map((one) => [one, one]), act("centre"));
  const factor = slider("Filter: times the mean distance", { min: 0.3, max: 3, step: 0.1 }, (value) => set({ factor: value }), tell);
  const order = buttons("Rank", data.ranks, act("order"));
  const count = slider("Points kept", { min: 0, max: data.counts.length - 1, step: 1 }, (value) => set({ count: value }), tell);
  let waiting;

  figure.show = () => {
    const now = clips[state.clip];
    const [first, second] = shots({ onset, noise, clip: now }, state, data.camera);
    const lift = (raw, pixel) => [((pixel % width) - cx) / f * (raw / units), (Math.floor(pixel / width) - cy) / f * (raw / units), raw / units];
    const both = [...first.keys()].filter((pixel) => first[pixel] && second[pixel]);
    const points = both.map((pixel) => lift(first[pixel], pixel));
    const inside = within(points, state.centre, state.factor);
    const kept = [...both.keys()].filter((k) => inside[k]);
    const weights = weigh(kept.map((k) => lift(second[both[k]], both[k]).map((value, axis) => value - points[k][axis])), state.order === "printed");
    const best = [...kept.keys()].sort((a, b) => weights[b] - weights[a] || a - b).slice(0, data.counts[state.count]).map((at) => both[kept[at]]);
    const moving = new Uint8Array(first.length);
    now.moving.forEach((pixel) => { moving[pixel] = 1; });
    const hits = best.filter((pixel) => moving[pixel]).length;
    const [seen, all] = [onset.filter(Boolean).length, now.moving.length];
    const [behind, face] = [kept.filter((k) => !onset[both[k]]).length, kept.filter((k) => onset[both[k]]).length];
    [[clip, state.clip], [depth, state.depth], [wall, state.wall ? "1" : ""], [centre, state.centre], [order, state.order], [factor, state.factor, state.factor.toFixed(1)],
      [count, state.count, `${best.length}, as ${(512 * 2 ** state.count).toLocaleString("en")} of a whole picture`]].forEach(([one, ...what]) => one.mark(...what));
    words.textContent = `${hits} of the ${plural(best.length, "chosen point", "chosen points")} truly move. The filter keeps ${Math.round(100 * face / seen)} % of the face`
      + `${state.wall ? ` and ${Math.round(100 * behind / (first.length - seen))} % of the wall` : ""}.`;
    table.replaceChildren(grid("Against the truth", ["", ""], [["Precision", hits / best.length], ["Blind choice", all / seen], ["Recall", hits / all], ["At most", Math.min(1, best.length / all)]]
      .map(([name, value]) => [name, [bar(value || 0), share(value)]])));
    canvas.setAttribute("aria-label", `Face with chosen points. ${words.textContent}`);
    Object.assign(root.dataset, { kept: kept.length, hits, chosen: best.length, precision: hits / best.length, recall: hits / all, first: best.slice(0, 5) });
    const near = Math.min(...onset.filter(Boolean));
    const held = new Set(kept.map((k) => both[k]));
    const bright = (pixel) => (!held.has(pixel) ? 250 : onset[pixel] ? Math.round(232 - Math.min(60, (onset[pixel] - near) / units * 0.6)) : 130);
    const grey = first.map((raw, pixel) => (raw ? bright(pixel) : null));
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => paintFace(canvas, width, grey, moving,
      best.map((pixel) => [pixel % width, Math.floor(pixel / width), moving[pixel]])));
  };

  figure.start(make("div", { class: "halves" }, make("div", {}, canvas, make("p", { class: "ntl-quiet note" },
    "Outline: what truly moves. ● chosen and moving; × chosen and still. Nearly white: dropped by the filter; dark beside the head: wall that it kept.")),
  make("div", {}, make("div", { class: "controls" }, clip.box, depth.box, wall.box, centre.box, factor.box, order.box, count.box), table)), words);
  new ResizeObserver(() => figure.show()).observe(root);
}

export default { render };
