// Head motion. Python chose the points in three ways; here they are shown beside what truly moves.
function render({ model, el }) {
  const figure = panel({ model, el }, "head-motion", ["clip", "depth", "shift"]);
  const { state, data, set, root } = figure;
  const [words, table, heads] = [make("p", { class: "summary" }), make("div", {}), make("div", { class: "faces" })];
  const faces = data.ways.map(([way, title]) => ({ way, title, canvas: make("canvas", { class: "face", role: "img" }), name: make("figcaption", {}) }));
  heads.append(...faces.map(({ canvas, name }) => make("figure", {}, name, canvas)));
  const tell = () => figure.say(words.textContent);
  const act = (name) => (value) => { set({ [name]: value }); tell(); };
  const clip = buttons("Movement of the skin, 2 mm", data.clips, act("clip"));
  const depth = buttons("Depth", data.depths, act("depth"));
  const shift = slider("The head moves meanwhile by", { min: 0, max: data.shifts.length - 1, step: 1 }, (value) => set({ shift: value }), tell);
  const cells = (text) => [...unpack(text, Uint8Array)];
  const cases = data.cases.map((one) => ({ ...one, grey: cells(one.grey).map((value) => value || null),
    moving: cells(one.moving).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1)).slice(0, one.size[0] * one.size[1]) }));
  let waiting;

  figure.show = () => {
    const now = cases.find((one) => one.clip === state.clip && one.depth === state.depth);
    const [row, [, width, half], millimetres] = [now.rows[state.shift], now.size, data.shifts[state.shift]];
    clip.mark(state.clip);
    depth.mark(state.depth);
    shift.mark(state.shift, millimetres ? `${millimetres} mm and ${Number((millimetres * data.turn).toFixed(2))}°, each axis` : "nothing");
    words.textContent = `${data.ways.map(([way, title]) => `${title[0].toUpperCase()}${title.slice(1)}: ${Math.round(100 * row[way][0])} %`).join(". ")}`
      + ` of the chosen points truly move; of a blind choice ${Math.round(100 * row.chance)} %. The used way found that the head moved by ${row.head[0].toFixed(2)} mm and turned by ${row.head[1].toFixed(2)}°.`;
    table.replaceChildren(grid("Precision", ["", ""], [...data.ways.map(([way, title]) => [title, row[way][0]]), ["blind choice", row.chance]]
      .map(([title, value]) => [title, [bar(value), share(value)]])));
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => faces.forEach(({ way, canvas }) => {
      const [, , hits, at] = row[way];
      paintFace(canvas, width, now.grey, now.moving, [...unpack(at, Uint16Array)].map((pixel, k) => [
        ((pixel % half) * 2 + 1) / data.cell - 0.5, (Math.floor(pixel / half) * 2 + 1) / data.cell - 0.5, k < hits]));
    }));
    faces.forEach(({ way, title, canvas, name }) => {
      name.textContent = `${title}: ${share(row[way][0])}`;
      canvas.setAttribute("aria-label", `Face with points chosen ${title}: ${Math.round(100 * row[way][0])} per cent of them lie where the skin moves`);
    });
    Object.assign(root.dataset, { precision: data.ways.map(([way]) => row[way][0]), chance: row.chance, recall: data.ways.map(([way]) => row[way][1]) });
  };

  figure.start(make("div", { class: "controls" }, clip.box, depth.box, shift.box), heads, make("p", { class: "ntl-quiet note" },
    "Outline: what truly moves. ● chosen and moving; × chosen and still. A part of the 2,048 points is drawn, by lot."), table, words);
  new ResizeObserver(() => figure.show()).observe(root);
}

export default { render };
