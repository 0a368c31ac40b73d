// The live face: a card with the picture, a transport for clips, and a panel that folds.
const SIDES = ["right", "left"]; // the viewer's left shows the subject's right
const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const HEAT_MM = 10;
const TURN_STEP = 5;
const SLOW_MS = 120; // a frame that takes longer is drawn more coarsely
const STEPS = 4; // slider steps between two letters
const COLOURINGS = { skin: "Skin", nerves: "Nerve branches", heat: "Displacement" };

// Letters A to E stand at 1 to 5 on a slider, evenly; activation between them is interpolated.
function letterScale(letters) {
  const marks = [0, ...letters.map(([, , activation]) => activation)];
  return {
    most: letters.length,
    activation(place) {
      const low = Math.min(Math.floor(place), letters.length - 1);
      return marks[low] + (marks[low + 1] - marks[low]) * (place - low);
    },
    place(activation) {
      const high = Math.max(1, marks.findIndex((mark) => mark >= activation));
      return high - 1 + (activation - marks[high - 1]) / (marks[high] - marks[high - 1]);
    },
    letter: (activation) => letters.filter(([, low]) => activation >= low).map(([name]) => name).pop() || "",
  };
}

// The frame in which most happens, blinks apart: what a picture of the clip should show.
function peakFrame(drive) {
  const total = new Float64Array(drive.frames);
  for (const [key, row] of Object.entries(drive.channels)) {
    row.forEach((value, i) => { total[i] += key.startsWith("45/") ? -value : value; });
  }
  return total.indexOf(Math.max(...total));
}

function render({ model, el }) {
  const data = model.get("data");
  const scale = letterScale(data.letters);
  const compact = model.get("compact");
  const names = new Map(data.units.map(([code, label]) => [code, label]));
  const view = { yaw: model.get("yaw"), pitch: model.get("pitch") };
  const show = { colouring: model.get("colouring"), muscles: model.get("muscles"), wire: false };
  let drive = model.get("drive");
  let scene = { scores: new Map(), modes: {}, light: 1 };
  let frame = 0;
  let face = null;
  let playing = false;
  let visible = false;
  let wanted = false; // a picture has been asked for
  let speed = 1;
  let clock = 0;
  let begun = false;
  let fine = 1; // share of the pixels' number on a side while it plays, less where drawing is slow
  let before = 0;
  const sliders = new Map();

  const canvas = make("canvas", { class: "picture", role: "img", tabindex: compact ? null : 0,
    "aria-label": model.get("label") });
  const still = model.get("still")
    && make("img", { class: "picture dark-light", src: model.get("still"), alt: model.get("label") });
  const stage = make("div", { class: "stage" }, still || make("p", { class: "ntl-quiet wait" }, model.get("label")));
  const { region, say } = announcer();
  const notes = model.get("notes").map(([first, end, code, name]) =>
    ({ first, end, item: make("li", {}, make("b", {}, code), ` ${name}`) }));

  // -- drawing

  function draw() {
    wanted = false;
    if (!face || !canvas.isConnected || !visible) return;
    const width = Math.round(stage.clientWidth * Math.min(devicePixelRatio || 1, 2) * fine);
    if (!width) return;
    if (canvas.width !== width) {
      Object.assign(canvas, { width, height: Math.round((width * VIEW.height) / VIEW.width) });
    }
    face.pose(scene.scores, scene.modes);
    studio().paint(canvas, face, { ...view, ...show, light: scene.light, data });
    root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  }

  function redraw() {
    if (wanted) return;
    wanted = true;
    requestAnimationFrame(draw);
  }

  function describe() {
    const active = [...scene.scores].filter(([, value]) => scale.letter(value)).map(([key, value]) => {
      const [code, side] = key.split("/");
      return `${names.get(code) || code} ${scale.letter(value)}${side === "both" ? "" : ` ${side}`}`;
    });
    const way = view.yaw > 0 ? "left" : "right";
    const turned = view.yaw ? `turned ${Math.abs(view.yaw)}° to the subject’s ${way}` : "from the front";
    const when = drive.frames ? ` Frame ${frame} of 0 to ${drive.frames - 1}${playing ? ", playing" : ""}.` : "";
    return `${model.get("label")}. ${active.join(", ") || "Neutral face"}; ${turned}.${when}`;
  }

  function settle() {
    canvas.setAttribute("aria-label", describe());
    redraw();
  }

  // -- clip

  function seek(next) {
    frame = Math.max(0, Math.min(drive.frames - 1, next));
    scene = clipFrame(drive, frame);
    if (controls.scrub) {
      controls.scrub.value = frame;
      controls.scrub.setAttribute("aria-valuetext", `frame ${frame} of 0 to ${drive.frames - 1}`);
      controls.time.textContent = `frame ${frame} · ${(frame / drive.fps).toFixed(2)} s`;
    }
    root.dataset.frame = frame;
    for (const { first, end, item } of notes) item.classList.toggle("now", first <= frame && frame < end);
    if (panel?.open) fillSliders();
    redraw();
  }

  function tick(now) {
    if (!playing || !visible) { before = 0; return; }
    clock += before ? Math.min(now - before, 250) * speed : 0;
    if (before && now - before > SLOW_MS) fine = Math.max(0.4, fine * 0.8);
    before = now;
    const next = Math.floor((clock * drive.fps) / 1000);
    if (next >= drive.frames && !model.get("loop")) { seek(drive.frames - 1); play(false); return; }
    if (next % drive.frames !== frame) seek(next % drive.frames);
    requestAnimationFrame(tick);
  }

  function play(on) {
    if (!drive.frames || on === playing) return;
    playing = on;
    fine = 1;
    if (on) {
      // A clip that ends is seen from its beginning; the picture before was its height.
      if (!begun && !model.get("loop")) seek(0);
      begun = true;
      clock = (frame === drive.frames - 1 ? 0 : frame) * 1000 / drive.fps;
      before = 0;
      requestAnimationFrame(tick);
    }
    controls.play.textContent = on ? "Pause" : "Play";
    controls.play.setAttribute("aria-label", `${on ? "Pause" : "Play"}: ${model.get("label")}`);
    root.dataset.playing = on;
    settle();
  }

  const controls = { play: make("button", { type: "button", class: "play", onclick: () => play(!playing) }, "Play") };
  controls.play.setAttribute("aria-label", `Play: ${model.get("label")}`);
  function step(by) { play(false); seek(frame + by); settle(); }

  function transport() {
    const id = unique("scrub");
    controls.scrub = make("input", { id, type: "range", min: 0, max: drive.frames - 1, step: 1,
      "aria-label": "Frame", oninput: () => { play(false); seek(Number(controls.scrub.value)); }, onchange: settle });
    controls.time = make("output", { for: id });
    const rate = make("select", { "aria-label": "Speed", onchange: () => { speed = Number(rate.value); } },
      [[1, "1×"], [0.5, "½×"], [0.25, "¼×"]].map(([value, text]) => make("option", { value }, text)));
    return make("div", { class: "transport" }, controls.play,
      make("button", { type: "button", "aria-label": "One frame back", onclick: () => step(-1) }, "‹"),
      make("button", { type: "button", "aria-label": "One frame on", onclick: () => step(1) }, "›"),
      controls.scrub, controls.time, rate);
  }

  // -- view

  function turn(yaw, pitch) {
    view.yaw = Math.max(-180, Math.min(180, Math.round(yaw)));
    view.pitch = Math.max(-60, Math.min(60, Math.round(pitch)));
    Object.assign(root.dataset, view);
    settle();
  }

  function steer() {
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, y: event.clientY, ...view };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held) turn(held.yaw + (event.clientX - held.x) * 0.4, held.pitch - (event.clientY - held.y) * 0.4);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (by) turn(view.yaw + by[0] * TURN_STEP, view.pitch + by[1] * TURN_STEP);
      else if (event.key === "Home") turn(0, 0);
      else if (event.key === " ") play(!playing);
      else return;
      event.preventDefault();
    });
  }

  // -- panel

  function set(code, side, activation) {
    const key = scoreKey(code, side);
    if (activation) scene.scores.set(key, activation); else scene.scores.delete(key);
  }

  function fillSliders() {
    for (const [key, { input, output }] of sliders) {
      const place = scale.place(scene.scores.get(key) ?? scene.scores.get(key.replace(/\/.*/, "/both")) ?? 0);
      if (Math.abs(Number(input.value) - place) > 0.5 / STEPS || !place) input.value = place;
      const near = Math.round(place * STEPS) / STEPS;
      const low = Math.floor(near);
      const text = near === 0 ? "–" : near === low ? data.letters[low - 1][0]
        : `${low ? data.letters[low - 1][0] : "0"}–${data.letters[low][0]}`;
      if (output.textContent === text) continue;
      output.textContent = text;
      input.setAttribute("aria-valuetext", near === 0 ? "off" : `intensity ${text}`);
    }
  }

  function slider(code, name, side) {
    const output = make("output", {});
    const input = make("input", { type: "range", min: 0, max: scale.most, step: 1 / STEPS, value: 0,
      "aria-label": `${names.get(code)} ${name}${side === "both" ? "" : `, ${side} side`}`,
      oninput: () => {
        play(false);
        const activation = scale.activation(Number(input.value));
        scene.modes = {};
        const twins = side !== "both" && together.checked && sliders.has(scoreKey(code, SIDES[0]));
        for (const one of twins ? SIDES : [side]) set(code, one, activation);
        if (side !== "both") scene.scores.delete(scoreKey(code, "both"));
        fillSliders();
        redraw();
      },
      onchange: () => { settle(); say(describe()); } });
    sliders.set(scoreKey(code, side), { input, output });
    return make("span", { class: `slide ${side}` }, input, output);
  }

  const together = make("input", { type: "checkbox", checked: true });
  function unitRows() {
    const groups = new Map();
    for (const unit of data.units) groups.set(unit[3], [...(groups.get(unit[3]) || []), unit]);
    return [...groups].map(([group, units]) => make("details", { class: "group", open: group === data.units[0][3] },
      make("summary", {}, group), units.map(([code, label, name, , sides]) => make("div", { class: "unit" },
        make("span", { class: "name" }, make("b", {}, label), ` ${name}`),
        sides.includes("left") ? SIDES.map((side) => slider(code, name, side)) : slider(code, name, "both")))));
  }

  function legend() {
    const chip = (colour, text) => make("li", {}, make("span", { class: "chip", style: `background:${colour}` }), text);
    const parts = [];
    if (show.colouring === "nerves") {
      parts.push(make("ul", { class: "legend" }, data.branches.map(([, name, colour]) => chip(colour, name))),
        make("p", { class: "ntl-quiet" }, "Striped: two branches. Bare skin: no muscle of the face is drawn here."));
    }
    if (show.colouring === "heat") {
      const ramp = STOPS.map((stop) => `rgb(${stop})`).join(", ");
      parts.push(make("div", { class: "ramp" }, make("span", {}, "0"),
        make("span", { class: "bar", style: `background:linear-gradient(90deg, ${ramp})` }), make("span", {}, `${HEAT_MM} mm or more`)),
      make("p", { class: "ntl-quiet" }, "Way of each point of the skin from rest, head movement left out; what moves less than half a millimetre keeps its colour."));
    }
    if (show.muscles && show.colouring !== "nerves") { // else fibres have the colours of branches
      parts.push(make("ul", { class: "legend" }, (face?.muscles?.muscles || []).map((id, k) => chip(muscleColour(k), data.muscles[id] || id))));
    }
    legends.replaceChildren(...parts);
  }

  const legends = make("div", { class: "legends" });
  function tools() {
    const select = make("select", { onchange: () => { show.colouring = select.value; legend(); redraw(); } },
      Object.entries(COLOURINGS).map(([value, text]) => make("option", { value, selected: value === show.colouring }, text)));
    const check = (name, text) => {
      const box = make("input", { type: "checkbox", checked: show[name],
        onchange: () => { show[name] = box.checked; legend(); redraw(); } });
      return make("label", {}, box, text);
    };
    return make("div", { class: "tools" }, make("label", {}, "Colour ", select), check("muscles", "Muscles"), check("wire", "Mesh"),
      make("span", { class: "turns" }, [["Front", 0], ["30°", 30], ["−30°", -30]].map(([text, yaw]) =>
        make("button", { type: "button", onclick: () => turn(yaw, 0) }, text)),
      make("button", { type: "button", onclick: reset }, "Reset")));
  }

  function reset() {
    play(false);
    if (drive.frames) seek(peakFrame(drive)); else start();
    fillSliders();
    turn(model.get("yaw"), model.get("pitch"));
  }

  const panel = compact ? null : make("details", { class: "panel", open: model.get("panel"), ontoggle: () => fillSliders() },
    make("summary", {}, "Action units"),
    make("label", { class: "together" }, together, "move both sides together"),
    make("p", { class: "ntl-quiet" }, "Right and left are the subject’s. Letters are intensities; their activations are ours, not FACS."),
    unitRows());

  const root = make("div", { class: `ntl ntl-faceview${compact ? " compact" : ""}${notes.length ? " noted" : ""}`, ...OWN_KEYS, role: "group",
    "aria-label": model.get("label") }, stage,
  notes.length ? make("ol", { class: "notes", "aria-label": "Codes of the clip" }, notes.map(({ item }) => item)) : null,
  compact ? drive.frames && controls.play : [drive.frames && transport(), tools(), legends, panel], region);
  if (compact && drive.frames) stage.append(controls.play);
  el.append(keepKeys(root));

  // -- life

  function start() {
    const scores = new Map();
    for (const [key, value] of Object.entries(model.get("pose"))) {
      const [code, side = ""] = key.split("/");
      scores.set(scoreKey(code, SIDE_OF[side]), value);
    }
    scene = { scores, modes: {}, light: 1 };
    if (drive.frames) seek(model.get("frame") < 0 ? peakFrame(drive) : model.get("frame"));
    fillSliders();
    settle();
  }

  async function load() {
    try {
      if (!studio().usable()) throw new Error("no WebGL2");
      face = await sharedFace(await packedFace(model));
    } catch (error) {
      // The still picture stays, with its text.
      root.dataset.state = "still";
      root.dataset.reason = error.message;
      return null;
    }
    stage.replaceChildren(canvas, ...(compact && drive.frames ? [controls.play] : []));
    root.dataset.state = "live";
    if (!compact) steer();
    legend();
    start();
    if (model.get("autoplay") && !reducedMotion()) play(true);
    return face;
  }

  let loading = null;
  const watcher = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    root.dataset.seen = visible;
    if (!visible) return;
    loading ||= load();
    redraw();
    if (playing) requestAnimationFrame(tick);
  });
  watcher.observe(stage);
  const measure = new ResizeObserver(redraw);
  measure.observe(stage);
  const forget = studio().onRestored(redraw);
  for (const name of ["pose", "drive", "frame"]) {
    model.on(`change:${name}`, () => { play(false); drive = model.get("drive"); if (face) start(); });
  }

  // For tests: pose and draw at will, read positions and pixels.
  root.faceview = {
    ready: () => (loading ||= load()),
    frame: (pose) => probe(face, { scores: scene.scores, modes: scene.modes, ...pose }, data),
    play, seek,
  };
  return () => { play(false); visible = false; watcher.disconnect(); measure.disconnect(); forget(); };
}

export default { render };
