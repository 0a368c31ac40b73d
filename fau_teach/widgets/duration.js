// Duration slider. Times are whole milliseconds, so every comparison here is exact.
const AXIS_MS = 1000;
const RATE_NAME = "frames per second";
const MARKS = { onset: "▲", apex: "◆", offset: "▼" };
const VERDICTS = { yes: ["✓", "micro"], no: ["✗", "not micro"] };

// 8.7 stays 8.7, 9.0 becomes 9; never more than two decimals.
const plain = (number) => String(Math.round(number * 100) / 100);
const plural = (count) => (count === 1 ? "frame" : "frames");

function measure({ duration, share, fps, phase }, definitions) {
  const thousandths = duration * fps; // frame intervals times 1000, a whole number
  const low = Math.floor(thousandths / 1000);
  const high = Math.ceil(thousandths / 1000);
  const step = 1000 / fps;
  const first = (phase / 100) * step;
  // Frames before `duration`, counted in whole numbers: (100 k + phase) * 10 < duration * fps.
  const seen = Math.max(0, Math.ceil((thousandths / 10 - phase) / 100));
  const verdicts = {};
  for (const { id, measured, low: least, high: most } of definitions) {
    // Hundredths of a millisecond: the onset is a percentage of the duration.
    const span = measured === "total" ? duration * 100 : duration * share;
    verdicts[id] = span >= least * 100 && span <= most * 100 ? "yes" : "no";
  }
  return { intervals: thousandths / 1000, low, high, step, first, seen, verdicts };
}

function sentence({ duration, fps }, { intervals, low, high, seen }) {
  const length = `${duration} ms at ${fps} ${RATE_NAME}`;
  if (low === high) {
    return `${length}: ${low} ${plural(low)}, wherever the first one falls.`;
  }
  const miss = low === 0 ? " The camera can miss the event." : "";
  return `${length} is ${plain(intervals)} frame intervals: ${low} or ${high} `
    + `${plural(high)}, depending on where the first one falls; here ${seen}.${miss}`;
}

function picture(width, values, result, definitions) {
  const { duration, share } = values;
  const left = 48;
  const right = width - 50;
  const x = (ms) => left + (ms / AXIS_MS) * (right - left);
  const top = 30;
  const base = 122;
  const apex = (duration * share) / 100;
  // Smooth rise and fall, flat at onset, apex and offset.
  const level = (ms) => {
    const part = ms < apex ? ms / apex : (duration - ms) / (duration - apex);
    return base - (base - top) * (0.5 - 0.5 * Math.cos(Math.PI * part));
  };
  const points = Array.from({ length: 81 }, (_, i) => (duration * i) / 80);
  const curve = points.map((ms) => `${x(ms).toFixed(1)},${level(ms).toFixed(1)}`).join(" ");
  const text = (cx, cy, content, attributes = {}) =>
    draw("text", { x: cx, y: cy, ...attributes }, content);
  const parts = [
    draw("polygon", { class: "area", points: `${x(0)},${base} ${curve} ${x(duration)},${base}` }),
  ];

  // Frames: long ticks with a dot on the curve where the event is seen, short ones elsewhere.
  for (let k = 0; result.first + k * result.step <= AXIS_MS; k += 1) {
    const ms = result.first + k * result.step;
    const inside = k < result.seen;
    parts.push(draw("line", {
      class: inside ? "frame seen" : "frame", x1: x(ms), x2: x(ms),
      y1: inside ? level(ms) : base, y2: base + (inside ? 10 : 6),
    }));
    if (inside && result.step / AXIS_MS * (right - left) > 5) {
      parts.push(draw("circle", { class: "sample", cx: x(ms), cy: level(ms), r: 2.4 }));
    }
  }
  parts.push(
    draw("polyline", { class: "curve", points: curve }),
    draw("line", { class: "axis", x1: left, x2: right, y1: base, y2: base }),
    text(x(0), base - 3, MARKS.onset, { class: "mark" }),
    text(x(0) - 9, base - 3, "onset", { class: "side", "text-anchor": "end" }),
    text(x(apex), top + 4, MARKS.apex, { class: "mark" }),
    text(x(apex), top - 12, "apex"),
    text(x(duration), base - 3, MARKS.offset, { class: "mark" }),
    text(x(duration) + 9, base - 3, "offset", { class: "side", "text-anchor": "start" }),
  );
  for (let ms = 0; ms <= AXIS_MS; ms += width < 500 ? 250 : 100) {
    parts.push(text(x(ms), base + 26, ms === AXIS_MS ? "1000 ms" : ms, { class: "tick" }));
  }

  // One band a definition: the span it allows, and where this event's mark falls.
  definitions.forEach(({ id, measured, low, high }, row) => {
    const y = base + 62 + row * 38;
    const at = measured === "total" ? duration : apex;
    const mark = measured === "total" ? MARKS.offset : MARKS.apex;
    const [icon, word] = VERDICTS[result.verdicts[id]];
    const span = `${measured === "total" ? "whole event" : "onset to apex"}: `
      + `${low ? `${low} to ` : "up to "}${high} ms`;
    parts.push(
      text(left, y - 9, span, { class: "span", "text-anchor": "start" }),
      draw("line", { class: "rail", x1: left, x2: right, y1: y, y2: y }),
      draw("rect", { class: `band ${result.verdicts[id]}`, x: x(low), y: y - 5,
        width: x(high) - x(low), height: 10 }),
      text(x(at), y + 5, mark, { class: "mark" }),
      text(width - 2, y - 9, `${icon} ${word}`, { class: "span", "text-anchor": "end" }),
    );
  });
  return draw("svg", { class: "strip", width, height: 285, viewBox: `0 0 ${width} 285`,
    "aria-hidden": "true", focusable: "false" }, parts);
}

function render({ model, el }) {
  const { definitions, rates } = model.get("data");
  const values = {
    duration: model.get("duration"), share: model.get("onset_share"),
    fps: model.get("fps"), phase: model.get("phase"),
  };
  const names = { duration: "duration", share: "onset_share", fps: "fps", phase: "phase" };
  const { region, say } = announcer();
  const stage = make("div", { class: "picture" });
  const summary = make("p", { class: "summary" });
  const verdicts = make("ul", { class: "verdicts" });
  const outputs = {};

  function slider(name, label, attributes) {
    const id = unique(name);
    outputs[name] = make("output", { for: id });
    const input = make("input", { id, type: "range", ...attributes, value: values[name],
      oninput: () => change(name, Number(input.value)), onchange: tell });
    outputs[name].input = input;
    return make("div", { class: "control" },
      make("label", { for: id }, label), outputs[name], input);
  }

  const buttons = [...new Set([...rates, values.fps])].sort((a, b) => a - b).map((rate) =>
    make("button", { type: "button", value: rate,
      onclick: () => { change("fps", rate); tell(); } }, String(rate)));
  const rateName = unique("rate");
  // A step of 10 ms is easy to hit with a finger; a figure that starts elsewhere steps by 1.
  const controls = make("div", { class: "controls" },
    slider("duration", "Duration", { min: 10, max: AXIS_MS, step: values.duration % 10 ? 1 : 10 }),
    slider("share", "Onset to apex", { min: 5, max: 95, step: values.share % 5 ? 1 : 5 }),
    make("div", { class: "control", role: "group", "aria-labelledby": rateName },
      make("span", { id: rateName, class: "rate-name" }, `Camera, ${RATE_NAME}`),
      make("div", { class: "rates" }, buttons)),
    slider("phase", "First frame after onset", { min: 0, max: 99, step: 1 }));

  function change(name, value) {
    values[name] = value;
    model.set(names[name], value);
    model.save_changes();
    show();
  }

  function tell() { say(`${summary.textContent} ${verdicts.innerText}`); }

  function show() {
    const result = measure(values, definitions);
    const apex = plain((values.duration * values.share) / 100);
    const texts = {
      duration: `${values.duration} ms`,
      share: `${apex} ms (${values.share} %)`,
      phase: `${plain(result.first)} ms (${values.phase} % of an interval)`,
    };
    for (const [name, text] of Object.entries(texts)) {
      outputs[name].textContent = text;
      outputs[name].input.setAttribute("aria-valuetext", text);
    }
    buttons.forEach((button) =>
      button.setAttribute("aria-pressed", String(Number(button.value) === values.fps)));
    root.dataset.frames = result.intervals;
    root.dataset.low = result.low;
    root.dataset.high = result.high;
    root.dataset.seen = result.seen;
    summary.textContent = sentence(values, result);
    verdicts.replaceChildren(...definitions.map(({ id, name, rule, credit }) => {
      root.dataset[id] = result.verdicts[id];
      const [icon, word] = VERDICTS[result.verdicts[id]];
      return make("li", { class: result.verdicts[id] },
        make("strong", {}, make("span", { "aria-hidden": "true" }, icon), ` ${name}: ${word}. `),
        `It asks that ${rule}. `, make("span", { class: "ntl-quiet" }, `${credit}.`));
    }));
    stage.replaceChildren(picture(width, values, result, definitions));
  }

  let width = 700;
  const root = make("div",
    { class: "ntl ntl-duration", ...OWN_KEYS, role: "group", "aria-label": model.get("label") },
    controls, stage, summary, verdicts, region);
  el.append(keepKeys(root));
  show();
  // Drawn at its true width, so that letters keep their size on a phone.
  const watcher = new ResizeObserver(() => {
    const now = Math.round(stage.clientWidth);
    if (now && now !== width) { width = now; show(); }
  });
  watcher.observe(stage);
  return () => watcher.disconnect();
}

export default { render };
