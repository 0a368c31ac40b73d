// Key frames of a clip. Python computed curve and key; this module plays the clip, keeps the
// reader's marks and shows how far they lie from the key. The face is that of FaceView.
const KEYS = { onset: "▲", apex: "◆", offset: "▼" };
const NAMES = Object.keys(KEYS);
const [LEFT, RIGHT, TOP, BASE, HEIGHT] = [44, 12, 18, 104, 158];

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;
const late = (by) => (by ? `${plural(Math.abs(by), "frame", "frames")} ${by > 0 ? "late" : "early"}` : "exact");

function render({ model, el }) {
  const { clips } = model.get("data");
  const work = clips.map(() => ({ marks: {}, checked: false }));
  const { region, say } = announcer();
  let at = Math.max(0, clips.findIndex(({ id }) => id === model.get("which")));
  let frame = 0;
  let kept = 0; // the frame to flip back to
  let face = null;
  let playing = false;
  let speed = 1;
  let clock = 0;
  let before = 0;
  let visible = false;
  let still = false; // this browser cannot draw the face
  let width = 600;

  const clip = () => clips[at];
  const mine = () => work[at];
  const ms = (frames) => Math.round((1000 * frames) / clip().drive.fps);
  const shown = () => mine().checked || still;

  // -- the face

  const canvas = make("canvas", { class: "picture", role: "img" });
  const book = document.documentElement.dataset.content_root;
  const wait = book ? make("img", { class: "picture dark-light", src: `${book}_static/face/0.webp`, alt: "The face at rest" })
    : make("div", { class: "picture" });
  const stage = make("div", { class: "stage" }, wait);

  function paint() {
    if (!face || !visible) return;
    const wide = Math.round(stage.clientWidth * Math.min(devicePixelRatio || 1, 2));
    if (!wide) return;
    if (canvas.width !== wide) Object.assign(canvas, { width: wide, height: Math.round((wide * VIEW.height) / VIEW.width) });
    const { scores, modes, light } = clipFrame(clip().drive, frame);
    face.pose(scores, modes);
    studio().paint(canvas, face, { light, data: {} });
    root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  }

  async function load() {
    try {
      if (!studio().usable()) throw new Error("no WebGL2");
      face = await sharedFace(await packedFace(model));
      stage.replaceChildren(canvas);
      root.dataset.state = "live";
      paint();
    } catch (error) {
      still = true;
      Object.assign(root.dataset, { state: "still", reason: error.message });
      show();
    }
  }

  // -- time

  function seek(next) {
    frame = Math.max(0, Math.min(clip().drive.frames - 1, next));
    scrub.value = frame;
    const text = `frame ${frame}, ${(frame / clip().drive.fps).toFixed(2)} s`;
    scrub.setAttribute("aria-valuetext", text);
    canvas.setAttribute("aria-label", `The teaching face, ${text}`);
    time.textContent = `frame ${frame} · ${(frame / clip().drive.fps).toFixed(2)} s`;
    flip.textContent = frame || !kept ? "Flip to rest" : `Back to frame ${kept}`;
    root.dataset.frame = frame;
    cursor();
    paint();
  }

  function tick(now) {
    if (!playing || !visible) { before = 0; return; }
    clock += before ? Math.min(now - before, 250) * speed : 0;
    before = now;
    const next = Math.floor((clock * clip().drive.fps) / 1000);
    if (next !== frame) seek(next);
    if (next >= clip().drive.frames - 1) run(false); else requestAnimationFrame(tick);
  }

  function run(on) {
    playing = on;
    if (on) {
      clock = ((frame >= clip().drive.frames - 1 ? 0 : frame) * 1000) / clip().drive.fps;
      before = 0;
      requestAnimationFrame(tick);
    }
    play.textContent = on ? "Pause" : "Play";
    root.dataset.playing = on;
  }

  function step(by) { run(false); seek(frame + by); }

  // -- controls

  const chooseName = unique("clips");
  const choices = clips.map(({ title }, number) => make("button", { type: "button", value: number,
    onclick: () => { run(false); at = number; kept = 0; scrub.max = clip().drive.frames - 1; show(); seek(0); say(task.textContent); } }, title));
  const task = make("p", { class: "task" });
  const play = make("button", { type: "button", class: "play", onclick: () => run(!playing) }, "Play");
  const scrub = make("input", { type: "range", min: 0, max: clip().drive.frames - 1, step: 1, value: 0, "aria-label": "Frame",
    oninput: () => { run(false); seek(Number(scrub.value)); } });
  const time = make("output", {});
  const rate = make("select", { "aria-label": "Speed", onchange: () => { speed = Number(rate.value); } },
    [[1, "1×"], [0.5, "½×"], [0.25, "¼×"]].map(([value, text]) => make("option", { value }, text)));
  const setters = NAMES.map((name, place) => make("button", { type: "button", value: name,
    "aria-keyshortcuts": place + 1, onclick: () => put(name) }));
  const check = make("button", { type: "button", class: "check", onclick: judge }, "Check");
  const again = make("button", { type: "button", onclick: () => { work[at] = { marks: {}, checked: false }; show(); setters[0].focus(); } }, "Try again");
  // In every clip the face is at rest in frame 0.
  const flip = make("button", { type: "button", class: "flip", onclick: () => {
    run(false);
    if (frame) kept = frame;
    seek(frame ? 0 : kept);
    say(time.textContent);
  } }, "Flip to rest");
  const strip = make("div", { class: "strip", onpointerdown: (event) => {
    const share = (event.clientX - strip.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT);
    run(false);
    seek(Math.round(share * (clip().drive.frames - 1)));
  } });
  const summary = make("p", { class: "summary" });
  const result = make("div", { class: "result" });
  const tally = make("p", { class: "tally ntl-quiet" });

  function put(name) {
    if (mine().checked) return;
    run(false);
    mine().marks[name] = frame;
    show();
    say(`${name} set to frame ${frame}`);
  }

  function judge() {
    const set = NAMES.map((name) => mine().marks[name]);
    if (set.some((one) => one === undefined)) {
      summary.textContent = "Set all three marks first, then check.";
    } else if (set[0] > set[1] || set[1] > set[2]) {
      summary.textContent = "Marks come in the order onset, apex, offset. Move one of them.";
    } else {
      run(false);
      mine().checked = true;
      show();
    }
    say(summary.textContent);
  }

  // -- answer

  function answer() {
    const { key } = clip();
    const cells = NAMES.map((name) => {
      const by = mine().marks[name] - key[name];
      return [`${KEYS[name]} ${name}`, mine().marks[name], key[name], by ? `${late(by)}, ${ms(Math.abs(by))} ms` : "exact"];
    });
    const [own, right] = [mine().marks, key].map((one) => one.offset - one.onset);
    cells.push(["whole event", `${own} = ${ms(own)} ms`, `${right} = ${ms(right)} ms`,
      own === right ? "exact" : `${plural(Math.abs(own - right), "frame", "frames")} ${own > right ? "too long" : "too short"}`]);
    const head = ["key frame", "you", "key", "difference"];
    result.replaceChildren(make("table", {}, make("caption", {}, `${clip().code} at ${clip().drive.fps} frames a second`),
      make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, cells.map(([name, ...rest]) => make("tr", {}, make("th", { scope: "row" }, name),
        rest.map((text) => make("td", {}, String(text))))))),
    make("p", {}, `A frame lasts ${ms(1)} ms. An event of ${right} frames lasted between ${ms(right - 1)} and ${ms(right + 1)} ms. ${clip().why}`));
    const worst = NAMES.map((name) => mine().marks[name] - key[name]);
    summary.textContent = worst.every((by) => Math.abs(by) <= 1) ? "Within one frame at all three marks."
      : `Difference: ${NAMES.map((name, k) => `${name} ${late(worst[k])}`).join(", ")}.`;
  }

  // Late or early on average: a habit shows only over several clips.
  function habit() {
    const done = work.map((one, k) => [one, clips[k].key]).filter(([one]) => one.checked);
    if (done.length < 2) return "";
    const means = NAMES.map((name) => {
      const mean = done.reduce((sum, [one, key]) => sum + one.marks[name] - key[name], 0) / done.length;
      return `${KEYS[name]} ${mean > 0 ? "+" : mean < 0 ? "−" : ""}${Math.abs(mean).toFixed(1)}`;
    });
    return `Your mean over ${done.length} clips, in frames, + is late: ${means.join(", ")}.`;
  }

  // -- strip

  const x = (number) => LEFT + (number / (clip().drive.frames - 1)) * (width - LEFT - RIGHT);
  let needle = null;
  function cursor() {
    if (!needle) return;
    needle.setAttribute("x1", x(frame));
    needle.setAttribute("x2", x(frame));
  }

  function sketch() {
    const { curve, limit, key, drive } = clip();
    const most = Math.max(...curve);
    const y = (mm) => BASE - (mm / most) * (BASE - TOP);
    const label = (cx, cy, text, attributes = {}) => draw("text", { x: cx, y: cy, ...attributes }, text);
    const parts = [];
    if (shown()) {
      const points = curve.map((mm, k) => `${x(k).toFixed(1)},${y(mm).toFixed(1)}`).join(" ");
      parts.push(draw("polygon", { class: "area", points: `${x(0)},${BASE} ${points} ${x(curve.length - 1)},${BASE}` }),
        draw("polyline", { class: "curve", points }),
        draw("line", { class: "limit", x1: LEFT, x2: width - RIGHT, y1: y(limit), y2: y(limit) }),
        label(width - RIGHT, TOP - 6, `most ${most.toFixed(1)} mm, dashed ${limit.toFixed(2)} mm`, { "text-anchor": "end" }));
      NAMES.forEach((name) => parts.push(draw("line", { class: "drop", x1: x(key[name]), x2: x(key[name]), y1: y(curve[key[name]]), y2: BASE })));
    } else {
      parts.push(draw("rect", { class: "cover", x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: BASE - TOP }),
        label((LEFT + width - RIGHT) / 2, (TOP + BASE) / 2 + 4, "the curve stays hidden until you check", { class: "quiet" }));
    }
    for (let k = 0; k < drive.frames; k += 1) {
      parts.push(draw("line", { class: "tick", x1: x(k), x2: x(k), y1: BASE, y2: BASE + (k % 10 ? 4 : 8) }));
    }
    const rows = [["you", mine().marks, BASE + 26]];
    if (mine().checked) rows.push(["key", key, BASE + 46]);
    rows.forEach(([name, from, cy]) => {
      parts.push(label(2, cy, name, { class: "quiet", "text-anchor": "start" }));
      NAMES.filter((one) => from[one] !== undefined).forEach((one) =>
        parts.push(label(x(from[one]), cy, KEYS[one], { class: `mark ${name}` })));
    });
    needle = draw("line", { class: "needle", y1: TOP - 4, y2: BASE + 10 });
    strip.replaceChildren(draw("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-hidden": "true", focusable: "false" }, parts, needle));
    cursor();
  }

  function show() {
    const { checked } = mine();
    choices.forEach((one, k) => {
      one.setAttribute("aria-pressed", String(k === at));
      one.textContent = `${clips[k].title}${work[k].checked ? " ✓" : ""}`;
    });
    task.textContent = clip().task;
    setters.forEach((one) => {
      const set = mine().marks[one.value];
      one.textContent = `${KEYS[one.value]} ${one.value}: ${set === undefined ? "–" : set}`;
      one.setAttribute("aria-label", `Set ${one.value} at this frame, now ${set === undefined ? "not set" : set}`);
      one.disabled = checked;
    });
    check.disabled = checked;
    again.hidden = !checked;
    if (checked) answer();
    else {
      result.replaceChildren();
      summary.textContent = still ? "This browser cannot draw the face. Use the curve: mark where it crosses the dashed line, and its top."
        : "Play the clip, step to a frame, set a mark. Keys 1, 2 and 3 set the marks, too.";
    }
    tally.textContent = habit();
    Object.assign(root.dataset, { clip: clip().id, checked });
    NAMES.forEach((name) => { root.dataset[name] = mine().marks[name] ?? ""; });
    sketch();
  }

  const root = make("div", { class: "ntl ntl-keyframes", ...OWN_KEYS, role: "group", "aria-label": model.get("label"),
    onkeydown: (event) => {
      const name = NAMES[Number(event.key) - 1];
      if (!name || event.target === rate || event.ctrlKey || event.metaKey || event.altKey) return;
      event.stopPropagation();
      event.preventDefault();
      put(name);
    } },
  make("div", { class: "choices", role: "group", "aria-labelledby": chooseName },
    make("span", { class: "name", id: chooseName }, "Clip"), choices),
  make("div", { class: "bench" }, stage, make("div", { class: "desk" }, task, strip, scrub,
    make("div", { class: "transport" }, play,
      make("button", { type: "button", "aria-label": "One frame back", onclick: () => step(-1) }, "‹"),
      make("button", { type: "button", "aria-label": "One frame on", onclick: () => step(1) }, "›"), rate, time),
    make("div", { class: "setters" }, setters), make("div", { class: "judge" }, check, again, flip), summary)), result, tally, region);
  el.append(keepKeys(root));
  show();
  seek(0);

  let loading = null;
  const watcher = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    if (!visible) return;
    loading ||= load();
    paint();
    if (playing) requestAnimationFrame(tick);
  });
  watcher.observe(stage);
  const measure = new ResizeObserver(() => {
    const now = Math.round(strip.clientWidth);
    if (now && now !== width) { width = now; sketch(); }
    paint();
  });
  measure.observe(strip);
  measure.observe(stage);
  const forget = studio().onRestored(paint);
  // For tests: the face once it is there.
  root.keyframes = { ready: () => (loading ||= load()), seek };
  return () => { run(false); visible = false; watcher.disconnect(); measure.disconnect(); forget(); };
}

export default { render };
