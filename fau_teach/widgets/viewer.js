// Frames of a clip, of a folder of pictures, or of a kernel: shown, stepped through, played, compared.
// What is not shown is neither drawn nor loaded. A source: { kind: "clip", drive } is drawn by the
// face; { kind: "images", count, fps, load(i) } gives pictures; both may bring `tracks` and `name(i)`.
// Regions as centre and magnification, in shares of a picture that a face fills; ours.
const ZOOMS = { whole: ["Whole", 0.5, 0.5, 1], brows: ["Brows", 0.5, 0.33, 1.8], eyes: ["Eyes", 0.5, 0.46, 1.8],
  cheeks: ["Nose and cheeks", 0.5, 0.57, 1.7], mouth: ["Mouth", 0.5, 0.74, 2.3], chin: ["Chin and neck", 0.5, 0.85, 2.2] };
const SHOWS = { clip: "Clip", neutral: "Neutral", onset: "▲ Onset", apex: "◆ Apex", difference: "Difference" };
const GLYPHS = { onset: "▲", apex: "◆", offset: "▼" };
const GAIN = 4; // of the difference view, by doubling twice
const SKIN = -25; // depth of the face's regions, roughly [mm]
const PIXELS = 24e6; // kept decoded: some 90 frames of 512 × 512
const IN_FLIGHT = 3;
const RATES = [[1, "1×"], [0.5, "½×"], [0.25, "¼×"]];
const FLASHES = [["", "the clip, 1×"], [40, "1/25 s"], [67, "1/15 s"], [100, "1/10 s"], [200, "1/5 s"]];
const VIEW_KEYS = [[", or ←, . or →", "one frame back, on (with Shift: ten)"], ["Space", "play, pause"], ["S", "speed"],
  ["L", "loop"], ["N, O, A", "neutral, onset, apex; again: back"], ["D", "difference from neutral"],
  ["Z, Shift+Z", "next part of the face, part before"], ["+, −", "closer, farther; drag the picture to move it"], ["F", "flash"]];

// The face of a figure, where this browser can draw it.
async function faceOf(model) {
  if (!studio().usable()) throw new Error("no WebGL2");
  return sharedFace(await packedFace(model));
}

// Pictures decoded when wanted, some ahead of the playhead, the least lately used ones forgotten.
function frameStore({ count, load }, arrived) {
  const kept = new Map();
  const asked = new Set();
  let [room, goal, way, open] = [16, 0, 1, true];
  const fits = (index) => index >= 0 && index < count && !kept.has(index) && !asked.has(index);

  function next() {
    const ahead = Math.min(24, Math.floor(room / 2));
    for (let k = 0; k <= ahead; k += 1) {
      if (fits(goal + way * k)) return goal + way * k;
      if (k < 5 && fits(goal - way * k)) return goal - way * k;
    }
    return -1;
  }

  async function fetchOne(index) {
    asked.add(index);
    let found = null;
    try { found = await load(index); } catch (error) { found = error.stale ? null : { problem: error.message }; }
    asked.delete(index);
    if (!open) { found?.close?.(); return; }
    if (!found) { if (index === goal) setTimeout(pump, 500); return; } // given up for newer ones
    kept.set(index, found);
    if (found.width) room = Math.max(8, Math.min(400, Math.floor(PIXELS / (found.width * found.height))));
    for (const [old, picture] of kept) {
      if (kept.size <= room) break;
      if (old !== goal && old !== index) { kept.delete(old); picture.close?.(); }
    }
    arrived(index);
    pump();
  }

  function pump() {
    while (open && asked.size < IN_FLIGHT) {
      const index = next();
      if (index < 0) return;
      fetchOne(index);
    }
  }

  return {
    get(index, main = true) { // now, or null and soon
      const found = kept.get(index) || null;
      if (found) { kept.delete(index); kept.set(index, found); }
      if (!main) { if (!found && fits(index)) fetchOne(index); return found; }
      if (index !== goal) [way, goal] = [index < goal ? -1 : 1, index];
      if (!found && fits(index)) fetchOne(index);
      pump();
      return found;
    },
    close() { open = false; kept.forEach((picture) => picture.close?.()); kept.clear(); },
    size: () => kept.size,
  };
}

function makeViewer({ source, label, face = null, tools = true, transport = true }) {
  const watchers = new Map();
  const marks = { neutral: 0 };
  const view = { region: "whole", x: 0.5, y: 0.5, k: 1 };
  let [store, geometry, loading, aspect] = [null, null, null, VIEW.width / VIEW.height];
  let [frame, mode, playing, rate, clock, before, span, looping] = [0, "clip", false, 1, 0, 0, null, false];
  let [seen, wanted, held, flashing, rows, tracks, needle, width, drift] = [false, false, null, null, [], [], null, 0, [0, 0]];
  const plate = document.createElement("canvas");
  const canvas = make("canvas", { class: "picture", role: "img", tabindex: 0 });
  const tag = make("span", { class: "tag", hidden: true });
  const wait = make("p", { class: "wait ntl-quiet" });
  const stage = make("div", { class: "stage" }, canvas, tag, wait);
  const tell = (event, ...said) => (watchers.get(event) || []).forEach((listener) => listener(...said));
  const frames = () => (source.kind === "clip" ? source.drive.frames : source.count);
  const fps = () => (source.kind === "clip" ? source.drive.fps : source.fps) || 30;
  const inside = (value) => Math.max(0, Math.min(frames() - 1, Math.round(value)));
  const index = () => held ?? (mode in marks ? inside(marks[mode]) : frame);

  // -- the picture

  function picture(at, main = true) { // a drawable, or null where it is not there yet
    if (source.kind !== "clip") return store.get(at, main);
    if (!geometry) return null;
    const wide = Math.round(Math.min(1400, canvas.width * view.k));
    if (plate.width !== wide) Object.assign(plate, { width: wide, height: Math.round(wide / aspect) });
    const { scores, modes, light } = clipFrame(source.drive, at);
    geometry.pose(scores, modes);
    // A region goes along with the head.
    const here = [(view.x - 0.5) * VIEW.width, VIEW.centre[1] + (0.5 - view.y) * VIEW.height, SKIN];
    const there = [...here];
    geometry.turnHead(there, 3, 0, 1, geometry.modes);
    drift = [(there[0] - here[0]) / VIEW.width, (here[1] - there[1]) / VIEW.height];
    studio().paint(plate, geometry, { light, data: {} });
    return plate;
  }

  function put(pen, image, how = "source-over") {
    const size = 1 / view.k;
    const [x, y] = [view.x, view.y].map((centre, axis) => Math.max(0, Math.min(1 - size, centre + drift[axis] - size / 2)));
    pen.globalCompositeOperation = how;
    pen.drawImage(image, x * image.width, y * image.height, size * image.width, size * image.height, 0, 0, canvas.width, canvas.height);
  }

  function paint() {
    wanted = false;
    if (!seen || !stage.clientWidth) return;
    const wide = Math.round(stage.clientWidth * Math.min(devicePixelRatio || 1, 2));
    const image = picture(index());
    if (source.kind !== "clip" && image?.width) aspect = image.width / image.height;
    const high = Math.round(wide / aspect);
    if (canvas.width !== wide || canvas.height !== high) {
      Object.assign(canvas, { width: wide, height: high });
      if (source.kind === "clip") { paint(); return; }
    }
    wait.textContent = image?.problem || wait.textContent;
    wait.hidden = !image?.problem && (el.dataset.state === "live" || Boolean(store));
    if (!image || image.problem) return; // the picture before stays until this one is there
    const pen = canvas.getContext("2d");
    put(pen, image);
    if (mode === "difference") {
      const rest = picture(inside(marks.neutral), false);
      if (!rest?.width) return;
      put(pen, rest, "difference");
      pen.globalCompositeOperation = "lighter";
      for (let gain = 1; gain < GAIN; gain *= 2) pen.drawImage(canvas, 0, 0);
    }
    Object.assign(el.dataset, { drawn: Number(el.dataset.drawn || 0) + 1, shown: index(), drift: drift.map((one) => one.toFixed(3)) });
  }

  function repaint() {
    if (wanted) return;
    wanted = true;
    requestAnimationFrame(paint);
  }

  function describe() {
    const at = index();
    const when = `frame ${at} of 0 to ${frames() - 1}, ${(at / fps()).toFixed(2)} s`;
    canvas.setAttribute("aria-label", `${label}, ${mode === "clip" ? "" : `${SHOWS[mode]}, `}${when}`);
    scrub.setAttribute("aria-valuetext", when);
    time.textContent = `frame ${frame} · ${(frame / fps()).toFixed(2)} s${source.name ? ` · ${source.name(frame)}` : ""}`;
    tag.hidden = mode === "clip" && view.k === 1;
    const against = mode === "difference" ? ` from frame ${inside(marks.neutral)}, ×${GAIN}` : "";
    tag.textContent = [mode === "clip" ? "" : `${SHOWS[mode]}${against || ` ${at}`}`, view.k === 1 ? "" : `${view.k.toFixed(1)}×`].filter(Boolean).join(" · ");
    Object.assign(el.dataset, { frame, mode, zoom: view.region, playing });
    tracks.forEach(({ output, values, unit, high: tops }) => { const now = values[frame]; output.textContent = now == null ? "–" : `${+now.toPrecision(3)}${tops ? ` to ${+tops[frame].toPrecision(3)}` : ""} ${unit || ""}`; });
    if (needle) ["x1", "x2"].forEach((end) => needle.setAttribute(end, place(frame)));
  }

  function settle() { describe(); repaint(); }

  // -- time

  function seek(next, keep = false) {
    frame = inside(next);
    if (!keep) stop();
    if (mode !== "difference" && !keep) show("clip");
    scrub.value = frame;
    settle();
    tell("frame", frame);
  }

  function tick(now) {
    if (!playing) return;
    clock += before && seen ? Math.min(now - before, 250) * rate : 0;
    before = now;
    const [first, last] = looping && span ? span : [0, frames() - 1];
    let next = first + Math.floor((clock * fps()) / 1000);
    if (next > last) {
      if (!looping) { seek(last, true); run(false); return; }
      [clock, next] = [0, first];
    }
    if (next !== frame) seek(next, true);
    requestAnimationFrame(tick);
  }

  function run(on) {
    if (on === playing) return;
    playing = on;
    if (on) {
      flashing?.();
      if (mode !== "difference") show("clip");
      const [first, last] = looping && span ? span : [0, frames() - 1];
      clock = ((frame >= last || frame < first ? 0 : frame - first) * 1000) / fps();
      before = 0;
      requestAnimationFrame(tick);
    }
    play.textContent = on ? "Pause" : "Play";
    describe();
    tell("play", on);
  }
  const stop = () => { run(false); flashing?.(); };

  // Shown once in real time between a held first and last picture; says how long it was seen.
  async function flash(ms = null, hold = {}) {
    stop();
    const { before: ahead = 800, after = 1000 } = typeof hold === "number" ? { before: hold } : hold;
    const [first, last] = span && ms === null && looping ? span : [0, frames() - 1];
    const [rest, peak] = ms === null ? [first, last] : [inside(marks.neutral), inside(marks.apex ?? frame)];
    let live = true;
    flashing = () => { live = false; flashing = null; held = null; el.dataset.flash = ""; };
    const copies = new Map(); // drawn before it counts, since drawing a face takes its time
    const hand = (at) => {
      held = at;
      if (copies.has(at)) canvas.getContext("2d").drawImage(copies.get(at), 0, 0); else paint();
      el.dataset.shown = at;
    };
    const lapse = (length, act) => new Promise((done) => {
      let began = null;
      const beat = (now) => {
        began ??= now;
        if (!live || now - began >= length - 4) { done(now - began); return; } // 4 ms: a beat is early or late
        act?.(now - began);
        requestAnimationFrame(beat);
      };
      requestAnimationFrame(beat);
    });
    if (source.kind !== "clip") for (let at of [peak, rest]) for (let k = 0; k < 100 && live && !store.get(at, false); k += 1) await lapse(30);
    if (!live) return 0;
    [mode, lasted.textContent] = ["clip", ""];
    el.dataset.flash = "before";
    for (const at of ms === null ? [] : [peak, rest]) {
      hand(at);
      const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      copy.getContext("2d").drawImage(canvas, 0, 0);
      copies.set(at, copy);
    }
    hand(rest);
    await lapse(ahead);
    if (live) el.dataset.flash = "now";
    const length = ms ?? ((last - first + 1) * 1000) / fps();
    if (live && ms !== null) hand(peak);
    const shown = await lapse(length, (passed) => {
      const at = Math.min(last, first + Math.floor((passed * fps()) / 1000));
      if (ms === null && at !== held) hand(at);
    });
    if (!live) return 0;
    hand(ms === null ? last : rest);
    el.dataset.flash = "after";
    await lapse(after);
    if (!live) return 0;
    flashing();
    frame = inside(ms === null ? last : rest);
    scrub.value = frame;
    settle();
    const late = shown > length + 30 ? `, not ${Math.round(length)}: this machine is slow` : "";
    lasted.textContent = `seen for ${Math.round(shown)} ms${late}`;
    tell("flash", lasted.textContent);
    return shown;
  }

  // -- what is shown of it

  function show(next, given = {}) {
    Object.assign(marks, given);
    for (const name of Object.keys(marks)) if (marks[name] == null) delete marks[name];
    if (next !== mode && (next === "clip" || next === "difference" || next in marks)) {
      if (next !== "clip") stop();
      mode = next;
    } else if (!(mode in marks) && mode !== "difference") mode = "clip";
    shows.forEach((one) => {
      one.setAttribute("aria-pressed", String(one.value === mode));
      one.disabled = one.value !== "clip" && one.value !== "difference" && !(one.value in marks);
    });
    settle();
    tell("mode", mode);
  }

  function zoom(region, change = {}) {
    if (region) { const [, x, y, k] = ZOOMS[region]; Object.assign(view, { region, x, y, k }); }
    Object.assign(view, change);
    view.k = Math.max(1, Math.min(8, view.k));
    const edge = 0.5 / view.k;
    for (const axis of ["x", "y"]) view[axis] = Math.max(edge, Math.min(1 - edge, view[axis]));
    zooms.value = view.region;
    canvas.style.cursor = view.k > 1 ? "grab" : "";
    canvas.style.touchAction = view.k > 1 ? "none" : "";
    settle();
  }

  function loop(a, b = null) { // loop(true | false), or the ends of a span
    if (typeof a === "number") span = [inside(a), inside(Math.max(a, b ?? frames() - 1))];
    else if (a === null) span = null;
    else looping = a;
    looper.setAttribute("aria-pressed", String(looping));
    looper.title = span ? `Loop frames ${span[0]} to ${span[1]}` : "Loop the whole clip";
    lanes();
  }

  // -- strip: events and tracks under the playhead

  const place = (at) => 8 + (at / Math.max(1, frames() - 1)) * (width - 16);
  function lanes(next = rows) {
    rows = next;
    const ends = [];
    const parts = [];
    for (const one of [...rows].sort((a, b) => a.onset - b.onset)) {
      const last = Math.max(one.onset, one.offset ?? one.apex ?? one.onset); // a draft can be the wrong way round
      const text = one.text || "";
      const left = place(one.onset) + 7.5 * text.length < width - 2;
      const begin = left ? place(one.onset) - 6 : Math.min(place(one.onset) - 6, width - 7.5 * text.length);
      let row = ends.findIndex((end) => begin > end);
      if (row < 0) row = ends.length;
      const y = 27 + 32 * row;
      ends[row] = Math.max(place(last) + 8, left ? place(one.onset) + 7.5 * text.length : width);
      parts.push(draw("g", { class: `span ${one.kind || ""}${one.on ? " on" : ""}`, onpointerdown: (event) => { event.stopPropagation(); tell("pick", one.id); } },
        draw("rect", { x: place(one.onset) - 6, y: y - 10, width: place(last) - place(one.onset) + 12, height: 14, rx: 4 }),
        Object.entries(GLYPHS).filter(([name]) => one[name] != null).map(([name, glyph]) => draw("text", { x: place(one[name]), y: y + 1 }, glyph)),
        draw("text", left ? { class: "codes", x: place(one.onset) - 5, y: y - 14 } : { class: "codes end", x: width - 2, y: y - 14 }, text)));
    }
    const high = Math.max(1, ends.length) * 32 + 6;
    const every = [1, 5, 10, 25, 50, 100, 250, 1000, 5000].find((step) => frames() / step <= width / 7);
    for (let at = 0; at < frames(); at += every) parts.push(draw("line", { class: "tick", x1: place(at), x2: place(at), y1: high, y2: high + 4 }));
    if (span) parts.push(draw("rect", { class: looping ? "loop on" : "loop", x: place(span[0]), y: high, width: place(span[1]) - place(span[0]) || 2, height: 4 }));
    tracks.forEach(({ values, high: tops = values }, row) => {
      const known = [...values, ...tops].filter((value) => value != null);
      const [low, most] = [Math.min(...known), Math.max(...known)];
      const y = (value) => high + 42 + 40 * row - (32 * (value - low)) / (most - low || 1);
      let pen = "M";
      const path = values.map((value, at) => { // a gap stays a gap
        const step = value == null ? "" : `${pen}${place(at).toFixed(1)} ${y(value).toFixed(1)}V${y(tops[at]).toFixed(1)}`;
        pen = value == null ? "M" : "L";
        return step;
      });
      parts.push(draw("path", { class: "track", d: path.join("") }));
    });
    const tall = high + 8 + 40 * tracks.length;
    needle = draw("line", { class: "needle", y1: 0, y2: tall });
    strip.replaceChildren(draw("svg", { width, height: tall, "aria-hidden": "true", focusable: "false" }, parts, needle));
    describe();
  }

  // -- controls

  const act = (text, name, press, more = {}) => make("button", { type: "button", "aria-label": name, title: name, onclick: press, ...more }, text);
  const strip = make("div", { class: "strip", onpointerdown: (event) => {
    const share = (event.clientX - strip.getBoundingClientRect().left - 8) / (width - 16);
    seek(share * (frames() - 1));
  } });
  const scrub = make("input", { type: "range", min: 0, step: 1, value: 0, "aria-label": "Frame", oninput: () => seek(Number(scrub.value)) });
  const time = make("output", {});
  const play = make("button", { type: "button", class: "play", onclick: () => run(!playing) }, "Play");
  const speeds = make("select", { "aria-label": "Speed", onchange: () => { rate = Number(speeds.value); } },
    RATES.map(([value, text]) => make("option", { value }, text)));
  const looper = act("Loop", null, () => loop(!looping), { "aria-pressed": "false" });
  const shows = Object.entries(SHOWS).map(([value, text]) => make("button", { type: "button", value, onclick: () => show(mode === value ? "clip" : value) }, text));
  const zooms = make("select", { onchange: () => zoom(zooms.value) }, Object.entries(ZOOMS).map(([value, [text]]) => make("option", { value }, text)));
  const lengths = make("select", { "aria-label": "Flash of" }, FLASHES.map(([value, text]) => make("option", { value }, text)));
  const [closer, flashNow] = [(by) => zoom(null, { k: view.k * by }), () => flash(lengths.value ? Number(lengths.value) : null)];
  const others = make("select", { "aria-label": "Picture", onchange: () => { restock(); repaint(); } });
  const [values, lasted] = [make("div", { class: "values" }), make("output", {})];
  const el = make("div", { class: "ntl-viewer" }, stage, make("div", { class: "under" }, strip, scrub, values,
    transport && make("div", { class: "transport" }, play, act("‹", "One frame back", () => seek(frame - 1)),
      act("›", "One frame on", () => seek(frame + 1)), speeds, looper, time),
    tools && make("div", { class: "tools" }, make("div", { class: "shows", role: "group", "aria-label": "Show" }, shows),
      make("span", { class: "shows" }, make("label", {}, "Zoom ", zooms), act("−", "Farther", () => closer(1 / 1.25)), act("+", "Closer", () => closer(1.25))), others, make("span", { class: "flash" }, act("Flash", "Flash once in real time", flashNow), lengths, lasted))));

  // Letters act only while the keyboard is in the figure, and not where one writes.
  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=range],[type=checkbox],[type=radio]), textarea, select")) return false;
    const by = event.shiftKey ? 10 : 1;
    const arrows = !event.target.matches("input, [role=option]");
    const regions = Object.keys(ZOOMS);
    const turn = (way) => zoom(regions[(regions.indexOf(view.region) + way + regions.length) % regions.length]);
    const toggle = (name) => show(mode === name ? "clip" : name);
    const found = { ",": () => seek(frame - 1), ".": () => seek(frame + 1), "<": () => seek(frame - 10), ">": () => seek(frame + 10),
      " ": !event.target.matches("button, summary, input") && (() => run(!playing)), l: () => loop(!looping), s: () => {
        speeds.selectedIndex = (speeds.selectedIndex + 1) % RATES.length;
        rate = Number(speeds.value);
      }, n: () => toggle("neutral"), o: () => toggle("onset"), a: () => toggle("apex"), d: () => toggle("difference"),
      z: () => turn(event.shiftKey ? -1 : 1), f: flashNow, "+": () => closer(1.25), "-": () => closer(1 / 1.25),
      arrowleft: arrows && (() => seek(frame - by)), arrowright: arrows && (() => seek(frame + by)) }[event.key.toLowerCase()];
    if (!found) return false;
    event.preventDefault();
    event.stopPropagation();
    found();
    return true;
  }

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (view.k === 1) return;
    drag = { x: event.clientX, y: event.clientY, from: { ...view } };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const box = canvas.getBoundingClientRect();
    zoom(null, { x: drag.from.x - (event.clientX - drag.x) / box.width / view.k, y: drag.from.y - (event.clientY - drag.y) / box.height / view.k });
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { drag = null; });

  // -- life

  async function load() {
    try {
      const given = typeof face === "function" ? face() : face;
      geometry = await (given?.get ? faceOf(given) : given);
      if (!geometry) throw new Error("no face");
      el.dataset.state = "live";
      wait.textContent = "";
    } catch (error) {
      Object.assign(el.dataset, { state: "still", reason: error.message });
      wait.textContent = "This browser cannot draw the face. Folders of pictures work here.";
    }
    settle();
    tell("state", el.dataset.state);
  }

  function restock() {
    store?.close();
    store = source.kind === "clip" ? null : frameStore({ ...source, load: (at) => source.load(at, others.value) },
      (at) => { if (at === index() || mode === "difference" || held !== null) repaint(); });
  }

  function open(next, name = label) {
    stop();
    [source, label, frame, mode, span, rows, held, drift] = [next, name, 0, "clip", null, [], null, [0, 0]];
    lasted.textContent = "";
    others.replaceChildren(...["", ...source.views || []].map((value) => make("option", { value }, value || "picture")));
    others.hidden = !source.views?.length;
    restock();
    if (source.kind === "clip") aspect = VIEW.width / VIEW.height;
    Object.assign(marks, { neutral: 0, onset: null, apex: null });
    scrub.max = frames() - 1;
    scrub.value = 0;
    tracks = (source.tracks || []).map((one) => ({ ...one, output: make("output", {}) }));
    values.replaceChildren(...tracks.map(({ name: called, output }) => make("span", {}, `${called} `, output)));
    Object.assign(el.dataset, { kind: source.kind, state: store ? "live" : geometry ? "live" : "", frames: frames() });
    wait.textContent = store || geometry ? "" : "The face is on its way.";
    if (seen && !store) loading ||= load();
    loop(null);
    zoom("whole");
    show("clip");
  }

  const watcher = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (!seen) return;
    if (!store) loading ||= load();
    repaint();
  });
  watcher.observe(stage);
  const measure = new ResizeObserver(() => {
    if (strip.clientWidth && strip.clientWidth !== width) { width = strip.clientWidth; lanes(); }
    repaint();
  });
  [stage, strip].forEach((one) => measure.observe(one));
  const forget = studio().onRestored(repaint);
  open(source);

  return {
    el, canvas, open, seek, step: (by) => seek(frame + by), play: run, loop, show, zoom, flash, lanes, keys, stop,
    speed: (x) => { rate = x; speeds.value = x; }, marks, ready: () => (loading ||= load()), kept: () => store?.size() ?? 0,
    get frame() { return frame; }, get frames() { return frames(); }, get fps() { return fps(); }, get source() { return source; },
    get mode() { return mode; }, get span() { return span; },
    on(event, listener) { watchers.set(event, [...(watchers.get(event) || []), listener]); },
    destroy() { stop(); store?.close(); watcher.disconnect(); measure.disconnect(); forget(); },
  };
}
