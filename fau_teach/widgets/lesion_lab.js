// Lesion lab. Python computed every strength and sentence; this module only looks them up.
// The face is that of FaceView; its geometry and drawing stand before this file in the module.
const SIDE_WORDS = { R: "right", L: "left" };
const STATUS = { k: "kept", w: "weak", l: "lost" };
const ICON = { k: "✓", w: "◐", l: "✗" };

function arrow(code, side, status, y) {
  const [x1, y1, x2, y2] = ARROWS[code];
  const length = status === "w" ? 0.6 : 1;
  const [tx, ty] = [mix(x1, x2, length), mix(y1, y2, length)];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const barb = (turn) => [tx - 4 * Math.cos(angle + turn), ty - 4 * Math.sin(angle + turn)];
  const parts = [draw("path", { class: "leader", d: curve(side, "M", Math.max(x1, x2) + 3, y1, "L", 82, y) })];
  if (status === "l") {
    const [x, mid] = [mix(x1, x2, 0.5), mix(y1, y2, 0.5)];
    parts.push(draw("circle", { class: "stump", cx: VIEW.width / 2 + SIGN[side] * x, cy: mid, r: 4.4 }),
      draw("path", { class: "cross", d: curve(side, "M", x - 1.8, mid - 1.8, "L", x + 1.8, mid + 1.8,
        "M", x + 1.8, mid - 1.8, "L", x - 1.8, mid + 1.8) }));
  } else {
    const d = curve(side, "M", x1, y1, "L", tx, ty) + curve(side, "M", ...barb(0.6), "L", tx, ty,
      "L", ...barb(-0.6));
    parts.push(draw("path", { class: "halo", d }), draw("path", { class: `arrow ${status}`, d }));
  }
  return parts;
}

function render({ model, el }) {
  const data = model.get("data");
  const state = {};
  for (const name of ["lesion", "command", "task", "selected"]) state[name] = model.get(name);
  const labels = new Map(data.aus.map(([code, label, name]) => [code, { label, name }]));
  const { region, say } = announcer();
  const ids = Object.fromEntries(["dense", "sparse"].map((n) => [n, unique(n)]));
  const radioName = unique("command");
  const sideName = unique("side");

  function look(code, side) {
    const cells = data.cells[state.command];
    const text = cells[state.lesion][code + side] || cells[""][code + side];
    const [mark, path, sentence] = text.split(" ");
    return { status: mark[0], strength: Number(mark.slice(1)) / 100, path, sentence };
  }
  const words = (numbers) => numbers.split(" ").map((n) => data.phrases[n]).join(" ");
  const aus = () => (data.tasks.find(({ id }) => id === state.task) || { aus: [state.task] }).aus;
  const where = () => {
    const [, side, site] = state.lesion.match(/^(left|right)_(.*)$/) || [null, null, ""];
    return { side, site };
  };

  // Controls
  const select = make("select", { id: unique("site"), onchange: cut },
    make("option", { value: "" }, "none: a healthy face"),
    data.groups.map(([name, sites]) => make("optgroup", { label: name },
      sites.map(([value, label]) => make("option", { value }, label)))));
  const radios = (name, values, react) => values.map(([value, text]) => make("label", {},
    make("input", { type: "radio", name, value, onchange: react }), ` ${text}`));
  const sides = make("fieldset", {}, make("legend", {}, "Side of the lesion"),
    radios(sideName, [["right", "right"], ["left", "left"]], cut));
  const commands = make("fieldset", {}, make("legend", {}, "Command"),
    radios(radioName, [["voluntary", "voluntary"], ["emotional", "emotional"]],
      (event) => set({ command: event.target.value })));
  const taskName = make("span", { id: unique("tasks"), class: "heading" });
  const taskButtons = data.tasks.map(({ id, label, aus: codes }) => make("button", { type: "button",
    value: id, onclick: () => set({ task: id, selected: codes[codes.length - 1] || "" }) }, label));
  const picked = (fieldset) => fieldset.querySelector("input:checked");

  function cut() {
    if (!picked(sides)) sides.querySelector("[value=left]").checked = true;
    set({ lesion: select.value ? `${picked(sides).value}_${select.value}` : "" });
  }
  function choose(code) {
    set(aus().includes(code) ? { selected: code } : { selected: code, task: code });
  }

  // Table, built once; only its answers change
  const answers = new Map();
  const rows = new Map();
  const bodies = [["upper", "Upper face"], ["lower", "Lower face"]].map(([part, title]) =>
    make("tbody", {}, make("tr", {}, make("th", { colspan: 3, scope: "rowgroup" }, title)),
      data.aus.filter(([, , , place]) => place === part).map(([code, label, name]) => {
        rows.set(code, make("button", { type: "button", onclick: () => choose(code) },
          make("b", {}, label), ` ${name}`));
        return make("tr", {}, make("th", { scope: "row" }, rows.get(code)), SIDES.map((side) => {
          answers.set(code + side, make("td", {}));
          return answers.get(code + side);
        }));
      })));
  const table = make("table", {}, make("caption", {}, "What is left of each unit"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Action unit"),
      SIDES.map((side) => make("th", { scope: "col" }, SIDE_WORDS[side])))), bodies);

  const face = make("div", { class: "face" });
  const badges = make("div", { class: "badges" });
  const canvas = make("canvas", { class: "picture" });
  const marks = make("div", { class: "marks" });
  // The book has a picture of the face at rest; a notebook waits for the face without it.
  const book = document.documentElement.dataset.content_root;
  const wait = book ? make("img", { class: "picture still dark-light", src: `${book}_static/face/0.webp`, alt: "" })
    : make("div", { class: "picture" });
  const stage = make("div", { class: "drawing", "aria-hidden": "true" }, wait, marks);
  const unseen = make("p", { class: "ntl-quiet unseen" });
  face.append(make("div", { class: "sides" }, make("span", {}, "subject’s right"),
    make("span", {}, "subject’s left")), make("div", { class: "stage" }, stage, badges), unseen);
  const summary = make("p", { class: "summary" });
  const why = make("div", { class: "why" });

  const hangs = (side) => (data.signs[state.lesion] || {})[side] || [];

  function area(name) {
    return SIDES.map((side) => {
      const found = data.zones[name].map((code) => look(code, side).status);
      if (found.every((status) => status === "k")) return null;
      const kind = found.every((status) => status === "l") ? "dense" : "sparse";
      return draw("path", { class: `area ${kind}`, d: place(side, AREAS[name]), fill: `url(#${ids[kind]})` });
    });
  }
  // A half-face outline with numbers in the text, put on one side.
  const place = (side, d) => d.replace(/([MLC])|(-?[\d.]+) (-?[\d.]+)/g, (all, letter, x, y) =>
    (letter ? letter : `${VIEW.width / 2 + SIGN[side] * x} ${y}`));

  // Badges of both sides stand beside the face, far enough apart to be hit with a finger.
  function heights() {
    const order = [...aus()].sort((one, two) => ARROWS[one][1] - ARROWS[two][1]);
    let last = 0;
    return new Map(order.map((code) => {
      last = Math.max(last + 31, ARROWS[code][1]);
      return [code, Math.min(last, 270)];
    }));
  }

  function mark() {
    const hatch = (kind, gap) => draw("pattern", { id: ids[kind], width: gap, height: gap,
      patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    draw("line", { x1: 0, x2: 0, y1: 0, y2: gap, class: "hatch" }));
    const rowsAt = heights();
    marks.replaceChildren(draw("svg", { viewBox: `0 0 ${VIEW.width} ${VIEW.height}`, focusable: "false" },
      draw("defs", {}, hatch("dense", 3.5), hatch("sparse", 7)), Object.keys(AREAS).flatMap(area),
      aus().flatMap((code) => SIDES.flatMap((side) =>
        arrow(code, side, look(code, side).status, rowsAt.get(code))))));
  }

  // -- the face

  // What each half does: "12/left" for an action's activation, "lid_upper_left" for a mode.
  function pose() {
    const { full, slack, unseen: without } = data.face;
    const goal = {};
    for (const side of SIDES) {
      const word = SIDE_WORDS[side];
      for (const muscle of hangs(side)) {
        const [part, amount] = slack[muscle];
        goal[/^\d/.test(part) ? `${part}/${word}` : `${part}_${word}`] = amount;
      }
      for (const code of aus().filter((one) => !without.includes(one))) {
        const key = `${code}/${word}`;
        goal[key] = Math.max(goal[key] || 0, full * look(code, side).strength);
      }
    }
    return goal;
  }

  let geometry = null;
  let loading = null;
  let shown = {};
  let run = 0;
  const split = (goal) => ({
    scores: Object.entries(goal).filter(([key]) => key.includes("/")),
    modes: Object.fromEntries(Object.entries(goal).filter(([key]) => !key.includes("/"))),
  });

  function paint() {
    const width = Math.round(stage.clientWidth * Math.min(devicePixelRatio || 1, 2));
    if (!geometry || !width) return;
    if (canvas.width !== width) {
      Object.assign(canvas, { width, height: Math.round((width * VIEW.height) / VIEW.width) });
    }
    const { scores, modes } = split(shown);
    geometry.pose(new Map(scores), modes);
    studio().paint(canvas, geometry, { data });
  }

  // The face moves to its new pose; at once where motion is not wanted.
  function move() {
    const goal = pose();
    const from = shown;
    const keys = [...new Set([...Object.keys(from), ...Object.keys(goal)])];
    const started = performance.now();
    const mine = (run += 1);
    const step = (now) => {
      if (mine !== run) return;
      const time = reducedMotion() || !geometry ? 1 : Math.min(1, Math.max(0, (now - started) / 420));
      shown = time === 1 ? goal : Object.fromEntries(keys.map((key) =>
        [key, mix(from[key] || 0, goal[key] || 0, time * time * (3 - 2 * time))]));
      paint();
      if (time < 1) requestAnimationFrame(step);
    };
    step(started);
  }

  async function load() {
    try {
      if (!studio().usable()) throw new Error("no WebGL2");
      geometry = await sharedFace(await packedFace(model));
      paint();
      wait.replaceWith(canvas);
      root.dataset.state = "live";
    } catch (error) {
      // The picture at rest stays; marks, table and words say what moves.
      Object.assign(root.dataset, { state: "still", reason: error.message });
    }
  }

  function set(changes) {
    Object.assign(state, changes);
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
    show();
    say(`${spoken()} ${summary.textContent}`);
  }

  function status(code, side) {
    const { status: mark } = look(code, side);
    return `${ICON[mark]} ${STATUS[mark]}`;
  }

  const spoken = () => aus().map((code) => `${labels.get(code).label}: ${SIDES.map((side) =>
    `${SIDE_WORDS[side]} ${STATUS[look(code, side).status]}`).join(", ")}.`).join(" ");

  function count(side) {
    const found = data.aus.map(([code]) => look(code, side).status);
    const lost = found.filter((mark) => mark === "l").length;
    const weak = found.filter((mark) => mark === "w").length;
    const parts = [lost && `${lost} lost`, weak && `${weak} weak`].filter(Boolean);
    return `${SIDE_WORDS[side]} ${parts.join(" and ") || "all kept"}`;
  }

  function explain(code, side) {
    const { status: mark, path, sentence } = look(code, side);
    const steps = words(data.paths[path]).split(" → ");
    return [make("p", { class: `verdict ${mark}` },
      make("strong", {}, `${SIDE_WORDS[side][0].toUpperCase()}${SIDE_WORDS[side].slice(1)}: ${status(code, side)}. `),
      words(data.sentences[sentence])),
    make("p", { class: "path" }, steps.flatMap((step, i) => [i ? " → " : "",
      make("span", { class: step.includes("(cut here)") ? "cut" : null }, step)]))];
  }

  function show() {
    const { side, site } = where();
    select.value = site;
    sides.disabled = !site;
    sides.querySelectorAll("input").forEach((input) => {
      input.checked = input.value === (side || (picked(sides) || {}).value);
    });
    commands.querySelectorAll("input").forEach((input) => { input.checked = input.value === state.command; });
    taskName.textContent = state.command === "voluntary" ? "Ask the face to" : "Let a feeling make the face";
    taskButtons.forEach((button) => button.setAttribute("aria-pressed", String(button.value === state.task)));
    for (const [code, button] of rows) {
      button.setAttribute("aria-pressed", String(code === state.selected));
      for (const half of SIDES) {
        const { status: mark, strength } = look(code, half);
        const cell = answers.get(code + half);
        cell.className = mark;
        cell.replaceChildren(make("span", { class: "bar", style: `--share:${strength}` }), STATUS[mark]);
      }
    }
    const held = badges.contains(document.activeElement) ? document.activeElement.value : "";
    badges.replaceChildren(...[...heights()].flatMap(([code, y]) => SIDES.map((half) => {
      const { status: mark } = look(code, half);
      return make("button", { type: "button", value: code + half, class: `badge ${half} ${mark}`,
        style: `top:${((100 * y) / VIEW.height).toFixed(1)}%`,
        "aria-pressed": String(code === state.selected), onclick: () => choose(code),
        "aria-label": `${labels.get(code).label} ${status(code, half)}, ${SIDE_WORDS[half]} side` },
      labels.get(code).label, make("small", {}, status(code, half)));
    })));
    // The buttons are new; a reader at the keyboard stays where she was.
    if (held) [...badges.children].find(({ value }) => value === held).focus();
    const name = site ? select.selectedOptions[0].textContent : "";
    const hanging = SIDES.flatMap((half) => hangs(half).map((muscle) =>
      `${SIDE_WORDS[half]}, ${data.signTexts[muscle]}`));
    const result = `${site ? `Cut: ${side} ${name}.` : "Nothing is cut."} ${state.command === "voluntary"
      ? "Voluntary" : "Emotional"} command: ${SIDES.map(count).join(", ")}.`;
    summary.replaceChildren(make("strong", {}, result),
      hanging.length ? ` At rest: ${hanging.join("; ")}.` : "");
    why.replaceChildren(...(state.selected ? [make("p", { class: "heading" },
      `${labels.get(state.selected).label} ${labels.get(state.selected).name}`),
    ...SIDES.flatMap((half) => explain(state.selected, half))]
      : [make("p", { class: "ntl-quiet" }, "Choose a unit to see its path on both sides.")]));
    Object.assign(root.dataset, { lesion: state.lesion, command: state.command, task: state.task });
    const missing = aus().filter((code) => data.face.unseen.includes(code)).map((code) => labels.get(code).label);
    unseen.textContent = missing.length ? `The face has no picture of ${missing.join(", ")}.` : "";
    mark();
    move();
  }

  const root = make("div",
    { class: "ntl ntl-lab", ...OWN_KEYS, role: "group", "aria-label": model.get("label") }, make("div",
      { class: "lab" }, make("div", { class: "bench" }, make("div", { class: "site" },
      make("label", { for: select.id }, "Lesion"), select), sides, commands),
    make("div", { class: "tasks", role: "group", "aria-labelledby": taskName.id }, taskName, taskButtons),
    face, make("div", { class: "answer" }, summary, why,
      make("p", { class: "ntl-quiet note" }, "Hatched: weak or lost. A teaching model of complete cuts, "
        + "not for diagnosis. Sources: S0-014, S0-020, S0-059, S0-070; E0-20, E0-34.")),
    make("div", { class: "list" }, table)), region);
  el.append(keepKeys(root));
  for (const name of Object.keys(state)) {
    model.on(`change:${name}`, () => {
      if (model.get(name) === state[name]) return;
      state[name] = model.get(name);
      show();
    });
  }
  show();
  const watcher = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) loading ||= load(); });
  watcher.observe(stage);
  const measure = new ResizeObserver(paint);
  measure.observe(stage);
  const forget = studio().onRestored(paint);
  // For tests: the pose that is asked for, and what the face makes of it.
  root.lesionLab = { pose, ready: () => (loading ||= load()),
    frame: (view = {}) => probe(geometry, { ...split(pose()), ...view }, data) };
  return () => { run += 1; watcher.disconnect(); measure.disconnect(); forget(); };
}

export default { render };
