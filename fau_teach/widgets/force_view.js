// Force view: plays what Python integrated. Terms are shares of the muscle force at the height.
const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const HEAT_MM = 8;
const TERMS = [["muscle", "muscle pull", "8 0"], ["elastic", "elastic force", "9 4"], ["damping", "damping", "2 4"], ["inertia", "inertia", "9 3 2 3"]];
const COLOURS = [["force", "Force"], ["heat", "Movement"], ["skin", "Skin"]];

function render({ model, el }) {
  const figure = panel({ model, el }, "force-view", ["scene", "colouring", "frame"]);
  const { state, data, set, root } = figure;
  const scene = () => data.scenes.find((one) => one.id === state.scene);
  const last = () => scene().muscle.length - 1;
  const pace = () => (data.rate * (state.scene === "brief" ? 0.15 : 0.5)) / 1000; // frames a ms, slower than life
  const heaviest = Math.max(...data.load);
  let [face, loading, painted, playing, visible, began, width] = [null, null, false, false, false, 0, 480];

  const canvas = make("canvas", { class: "face", role: "img" });
  const stage = make("div", { class: "stage" }, make("p", { class: "ntl-quiet" }, "The face comes when it is seen."));
  const [strip, legend, words] = [["div", "strip"], ["p", "ntl-quiet note"], ["p", "summary"]].map(([tag, name]) => make(tag, { class: name }));
  const tell = () => figure.say(words.textContent);
  const scenes = buttons("Smile", data.scenes.map(({ id, title }) => [id, title]), (value) => { run(false); set({ scene: value, frame: 0 }); tell(); });
  const colours = buttons("Colour of the skin", COLOURS, (value) => set({ colouring: value }));
  const time = slider("Time", { min: 0, max: last(), step: 1 }, (value) => { run(false); set({ frame: value }); }, tell);
  const play = make("button", { type: "button", class: "play", onclick: () => run(!playing) }, "Play");

  function run(on) {
    playing = on;
    play.textContent = on ? "Pause" : "Play";
    if (on && state.frame >= last()) set({ frame: 0 });
    began = performance.now() - state.frame / pace();
    if (on) requestAnimationFrame(tick);
  }
  function tick(now) {
    if (!playing || !root.isConnected) return;
    const next = Math.min(last(), Math.max(0, Math.floor((now - began) * pace())));
    if (visible && next !== state.frame) set({ frame: next });
    if (next < last()) requestAnimationFrame(tick); else run(false);
  }

  // Force or way as two display colours a vertex, in the place of the face's own overlay.
  function paint() {
    painted = false;
    if (!face || !visible || !stage.clientWidth) return;
    const wide = Math.round(stage.clientWidth * Math.min(devicePixelRatio || 1, 2));
    Object.assign(canvas, { width: wide, height: Math.round((wide * VIEW.height) / VIEW.width) });
    face.pose(new Map([[`${data.code}/both`, Math.max(0, data.activation * scene().elastic[state.frame])]]), {});
    const { way } = face;
    const pull = (HEAT_MM * Math.max(0, scene().muscle[state.frame])) / heaviest;
    if (state.colouring === "force") {
      face.way = new Float32Array(way.length);
      data.vertices.forEach((v, k) => { face.way[v] = pull * data.load[k]; });
    }
    studio().paint(canvas, face, { yaw: 20, colouring: state.colouring === "skin" ? "skin" : "heat", data: {} });
    face.way = way;
    root.dataset.painted = Number(root.dataset.painted || 0) + 1;
  }

  function curves() {
    const [left, right, top, base, low, high] = [48, 8, 8, 178, -0.2, 1.1];
    const x = (frame) => left + ((width - left - right) * frame) / last();
    const y = (value) => base - ((base - top) * (value - low)) / (high - low);
    const word = (at, level, text, end) => draw("text", { x: at, y: level, "text-anchor": end }, text);
    return draw("svg", { width, height: base + 26, viewBox: `0 0 ${width} ${base + 26}`, "aria-hidden": "true", focusable: "false" },
      [0, 0.5, 1].map((value) => [draw("line", { class: "rule", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        word(left - 5, y(value) + 4, `${100 * value} %`, "end")]).flat(),
      [0, 0.25, 0.5, 0.75, 1].map((share) => share * last()).map((frame) => word(x(frame), base + 18, `${(frame / data.rate).toFixed(2)}${frame ? "" : " s"}`,
        frame === last() ? "end" : frame ? "middle" : "start")),
      TERMS.map(([name, , dash]) => draw("polyline", { class: `term ${name}`, "stroke-dasharray": dash,
        points: scene()[name].map((value, frame) => `${x(frame).toFixed(1)},${y(value).toFixed(1)}`).join(" ") })),
      draw("line", { class: "now", x1: x(state.frame), x2: x(state.frame), y1: top, y2: base }));
  }

  figure.show = () => {
    state.frame = Math.max(0, Math.min(last(), state.frame));
    const at = (name) => scene()[name][state.frame];
    const seconds = `${(state.frame / data.rate).toFixed(2)} s`;
    const percent = (name) => `${Number((100 * at(name)).toFixed(1)) || 0}\u00a0%`.replace("-", "−");
    time.input.max = last();
    [[time, state.frame, seconds], [scenes, state.scene], [colours, state.colouring]].forEach(([one, ...what]) => one.mark(...what));
    legend.textContent = { skin: "", heat: `Violet to yellow: 0 to ${HEAT_MM} mm from rest.`,
      force: `Violet to yellow: pull on the skin, 0 to ${heaviest.toFixed(1)} kPa.` }[state.colouring];
    words.textContent = `Muscle ${percent("muscle")} = elastic ${percent("elastic")} + damping ${percent("damping")} + inertia ${percent("inertia")}.`;
    canvas.setAttribute("aria-label", `The teaching face at ${seconds}; ${words.textContent}`);
    strip.replaceChildren(curves());
    TERMS.forEach(([name]) => { root.dataset[name] = at(name); });
    if (!painted) { painted = true; requestAnimationFrame(paint); }
  };

  const key = make("ul", { class: "key" }, TERMS.map(([name, text, dash]) => make("li", {},
    draw("svg", { width: 30, height: 10, "aria-hidden": "true" }, draw("line", { class: `term ${name}`, "stroke-dasharray": dash, x1: 0, x2: 30, y1: 5, y2: 5 })), text)));
  figure.start(make("div", { class: "controls" }, scenes.box, colours.box), make("div", { class: "halves" },
    make("div", {}, stage, legend), make("div", {}, strip, key, make("div", { class: "controls transport" }, time.box, play), words)));

  async function load() {
    try {
      if (!studio().usable()) throw new Error("no WebGL2");
      face = await sharedFace(await packedFace(model));
      stage.replaceChildren(canvas);
    } catch (error) { // the curves stay
      stage.replaceChildren(make("p", {}, "This browser cannot draw the face; the curves tell the same."));
      root.dataset.reason = error.message;
    }
    root.dataset.state = face ? "live" : "still";
    figure.show();
  }
  const watcher = new IntersectionObserver(([{ isIntersecting }]) => { if (visible = isIntersecting) { loading ||= load(); figure.show(); } });
  const measure = new ResizeObserver(() => { width = Math.round(strip.clientWidth) || width; figure.show(); });
  [[watcher, root], [measure, strip]].forEach(([one, what]) => one.observe(what));
  const forget = studio().onRestored(() => figure.show());
  return () => { run(false); watcher.disconnect(); measure.disconnect(); forget(); };
}

export default { render };
