// Same colour. Angles and differences are computed here; a page test compares with Python.
const DEGREE = Math.PI / 180;
const sign = (text) => text.replace("-", "−");
const millimetres = (value) => sign(`${(Math.abs(value) < 0.005 ? 0 : value).toFixed(2)} mm`);

function motionOf(turn, rise, length) {
  const flat = length * Math.cos(rise * DEGREE);
  return [flat * Math.cos(turn * DEGREE), flat * Math.sin(turn * DEGREE), length * Math.sin(rise * DEGREE)];
}

// Azimuth and elevation [deg], as printed from quotients.
function anglesOf([x, y, z], printed) {
  const flat = Math.hypot(x, y);
  return (printed ? [Math.atan(y / x), Math.atan(z / flat)] : [Math.atan2(y, x), Math.atan2(z, flat)]).map((one) => one / DEGREE);
}

// What a pixel measures while skin of a slope slides and comes nearer: along its ray, x and z [mm].
function byPixel({ slide, near, slope, column }, [f, cx]) {
  const [ray, rise] = [(column - cx) / f, Math.tan(slope * DEGREE)];
  const deep = -(near + rise * slide) / (1 - rise * ray);
  return { ray, rise, seen: [ray * deep, deep] };
}

const arrow = (name, from, [dx, dy]) => {
  const length = Math.hypot(dx, dy);
  if (length < 1) return draw("circle", { class: name, cx: from[0], cy: from[1], r: 5 });
  const [ux, uy] = [dx / length, dy / length];
  const tip = [from[0] + dx, from[1] + dy];
  const wing = (side) => `${tip[0] - 11 * ux + side * 6 * uy},${tip[1] - 11 * uy - side * 6 * ux}`;
  return draw("g", { class: name }, draw("line", { x1: from[0], y1: from[1], x2: tip[0] - 8 * ux, y2: tip[1] - 8 * uy }),
    draw("polygon", { points: `${tip} ${wing(1)} ${wing(-1)}` }));
};
const picture = (name, ...children) => draw("svg", { viewBox: "-120 -120 240 240", role: "img", "aria-label": name }, ...children);
const line = (name, x1, y1, x2, y2) => draw("line", { class: name, x1, y1, x2, y2 });
const word = (text, x, y, anchor = "start") => draw("text", { x, y, "text-anchor": anchor }, text);

function render({ model, el }) {
  const figure = panel({ model, el }, "same-colour", ["turn", "rise", "slide", "near", "slope", "column"]);
  const { state, data, set, root } = figure;
  const [dial, table, words] = [make("div", { class: "picture" }), make("div", {}), make("p", { class: "summary" })];
  const [section, told] = [make("div", { class: "picture" }), make("p", { class: "summary" })];
  const range = (label, name, least, most, step, say) => slider(label, { min: least, max: most, step }, (value) => set({ [name]: value }), () => figure.say(say.textContent));
  const turn = range("Direction in the picture", "turn", -180, 180, 1, words);
  const rise = range("Away from you", "rise", -80, 80, 5, words);
  const slide = range("Skin slides to the right", "slide", -3, 3, 0.25, told);
  const near = range("Skin comes nearer", "near", -3, 3, 0.25, told);
  const slope = range("Slope of the skin", "slope", -45, 45, 5, told);
  const column = range("Column of the pixel", "column", ...data.columns, 20, told);
  const known = buttons("Motion", data.examples.map(([id, text]) => [id, text]), (value) => {
    const [, , a, b] = data.examples.find(([id]) => id === value);
    set({ turn: a, rise: b });
    figure.say(words.textContent);
  });

  function twins() {
    const one = motionOf(state.turn, state.rise, data.length);
    const other = [-one[0], -one[1], one[2]];
    const rows = [["●", one], ["○", other]].map(([mark, way]) => [mark, ...[true, false].map((printed) => {
      const [theta, phi] = anglesOf(way, printed);
      const shade = [255, 255 * (theta / (printed ? 180 : 360) + 0.5), 255 * (phi / 180 + 0.5)].map(Math.round);
      return { theta, phi, shade, cell: [make("i", { class: "swatch", style: `background:rgb(${shade})`, "aria-hidden": "true" }),
        sign(`θ ${theta.toFixed(0)}°, φ ${phi.toFixed(0)}°`)] };
    })]);
    const scale = 48;
    const ways = [["one", one, "●"], ["other", other, "○"]].flatMap(([name, [x, y], mark]) => [arrow(name, [0, 0], [x * scale, y * scale]),
      word(mark, x * scale * 1.16, y * scale * 1.16 + 4, "middle")]);
    dial.replaceChildren(picture("Two opposite motions in the picture", line("axis", -110, 0, 110, 0), line("axis", 0, -110, 0, 110),
      word("x", 104, -6), word("y", 6, 112), ways));
    table.replaceChildren(grid("Angles and colour of both", ["", "as printed", "as used"], rows.map(([mark, ...both]) => [mark, ...both.map(({ cell }) => cell)])));
    words.textContent = "As printed, ● and ○, its opposite in the picture, have the same angles and one colour; as used, θ differs by 180°."
      + (Math.abs(Math.abs(state.turn) - 90) < 2 ? " Here a hair to the side makes the printed θ jump from 90° to −90°." : "");
    root.dataset.angles = rows.flatMap(([, ...both]) => both.flatMap(({ theta, phi }) => [theta, phi]));
    root.dataset.shades = rows.flatMap(([, ...both]) => both.flatMap(({ shade }) => shade));
  }

  function sliding() {
    const { ray, rise: steep, seen } = byPixel(state, data.camera);
    const [scale, up] = [30, ([x, z]) => [x * scale, -z * scale]];
    const skin = (name, [x, z]) => line(name, ...up([x - 9, z - 9 * steep]), ...up([x + 9, z + 9 * steep]));
    const truth = [state.slide, -state.near];
    section.replaceChildren(picture("Skin, pixel ray and motions from above, magnified", line("ray", ...up([-4 * ray, -4]), ...up([4 * ray, 4])),
      skin("skin", [0, 0]), skin("skin later", truth), arrow("truth", [0, 0], up(truth)), arrow("seen", [0, 0], up(seen)), word("ray ↓ camera", 4 - 4 * ray * scale, 116)));
    const size = Math.hypot(...truth);
    told.textContent = `The skin moves by ${millimetres(size)}. The pixel says ${millimetres(Math.hypot(...seen))}: ${millimetres(seen[1])} in depth, and ${millimetres(seen[0])} to the side because its ray leans by ${sign((Math.atan(ray) / DEGREE).toFixed(1))}°.`;
    root.dataset.seen = seen;
  }

  figure.show = () => {
    twins();
    sliding();
    known.mark((data.examples.find(([, , a, b]) => a === state.turn && b === state.rise) || [])[0]);
    [[turn, "turn", "°"], [rise, "rise", "°"], [slide, "slide", " mm"], [near, "near", " mm"], [slope, "slope", "°"], [column, "column", ""]].forEach(
      ([one, name, unit]) => one.mark(state[name], sign(`${state[name]}${unit}`)));
  };

  figure.start(make("div", { class: "halves" },
    make("div", {}, make("p", { class: "title" }, "Opposite motions"), make("div", { class: "controls" }, known.box, turn.box, rise.box), dial, table, words),
    make("div", {}, make("p", { class: "title" }, "One pixel, sliding skin"), make("div", { class: "controls" }, slide.box, near.box, slope.box, column.box), section,
      make("p", { class: "ntl-quiet note" }, "From above, magnified. Line: skin before; dashed: after. Thick arrow: how the skin moved; open arrow: what the pixel says. Dotted: its ray."), told)));
}

export default { render };
