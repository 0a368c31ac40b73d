// Timeline. Python matched the events at every least overlap; this module draws them.
const LANES = [62, 168];
const BAR = 18;

function render({ model, el }) {
  const figure = panel({ model, el }, "timeline", ["clip", "least"]);
  const { state, data, set, root } = figure;
  const stage = make("div", { class: "picture" });
  const summary = make("p", { class: "summary" });
  const result = make("div", { class: "result" });
  const note = make("p", { class: "ntl-quiet note" });
  const tell = () => figure.say(`${summary.textContent} ${[...result.querySelectorAll("tbody tr")]
    .map((row) => row.innerText).join(". ")}`);
  let width = 700;

  const choice = chooser("Clip", data.clips.map(({ id, title }) => [id, title]), (id) => {
    set({ clip: id });
    tell();
  });
  const least = slider("Least overlap (IoU) of a match", { min: 1, max: data.steps.length, step: 1 },
    (step) => set({ least: data.steps[step - 1] }), tell);

  function picture(clip, found) {
    const x = (frame) => 12 + (frame / data.frames) * (width - 24);
    const mid = (event) => (x(event[0]) + x(event[2] + 1)) / 2;
    const text = (at, y, content, rest = {}) => draw("text", { x: at, y, ...rest }, content);
    const parts = [];
    found.pairs.forEach(([i, j, overlap]) => {
      const [a, b] = [clip.coders[0][i], clip.coders[1][j]];
      const [top, low] = [LANES[0] + BAR, LANES[1]];
      parts.push(draw("polygon", { class: "band", points: [[x(a[0]), top], [x(a[2] + 1), top],
        [x(b[2] + 1), low], [x(b[0]), low]].map((one) => one.join()).join(" ") }),
      text((mid(a) + mid(b)) / 2, (top + low) / 2 + 5, short(overlap), { class: "overlap" }));
    });
    clip.coders.forEach((events, lane) => {
      const y = LANES[lane];
      const alone = lane ? found.added : found.missed;
      parts.push(text(12, lane ? y + BAR + 44 : y - 42, `Coder ${lane + 1}`, { class: "who" }),
        draw("line", { class: "rail", x1: x(0), x2: x(data.frames), y1: y + BAR / 2, y2: y + BAR / 2 }));
      events.forEach(([onset, apex, offset, codes], at) => {
        const lost = alone.includes(at);
        const mark = (frame, sign, dy) => text(x(frame + 0.5), y + dy, sign, { class: "mark" });
        parts.push(draw("rect", { class: lost ? "event lost" : "event", x: x(onset), y,
          width: x(offset + 1) - x(onset), height: BAR, rx: 2 }),
        mark(onset, "▲", BAR + 10), mark(apex, "◆", BAR - 4), mark(offset, "▼", -2),
        text(mid([onset, apex, offset]), y - 14, codes, { class: "codes" }));
        if (lost) {
          parts.push(text(mid([onset, apex, offset]), y + BAR + 24, lane ? "+ added" : "○ missed",
            { class: "alone" }));
        }
      });
    });
    const base = LANES[1] + BAR + 58;
    parts.push(draw("line", { class: "axis", x1: x(0), x2: x(data.frames), y1: base, y2: base }));
    for (let frame = 0; frame <= data.frames; frame += data.fps) {
      parts.push(draw("line", { class: "axis", x1: x(frame), x2: x(frame), y1: base, y2: base + 5 }),
        text(x(frame), base + 19, frame,
          { class: frame === 0 ? "tick first" : frame === data.frames ? "tick last" : "tick" }));
    }
    parts.push(text(width / 2, base + 36, `frames at ${data.fps} a second`, { class: "tick" }));
    return draw("svg", { width, height: base + 42, viewBox: `0 0 ${width} ${base + 42}`,
      "aria-hidden": "true", focusable: "false" }, parts);
  }

  const error = (a, b) => {
    const frames = b - a;
    const sign = frames > 0 ? "+" : frames < 0 ? "−" : "";
    const ms = Math.round((1000 * Math.abs(frames)) / data.fps);
    return [`${sign}${Math.abs(frames)} `, make("span", { class: "ms" }, `(${sign}${ms} ms)`)];
  };

  figure.show = () => {
    const clip = data.clips.find(({ id }) => id === state.clip);
    const step = data.steps.findIndex((one) => Math.abs(one - state.least) < 1e-9);
    const found = clip.at[step];
    const [first, second] = clip.coders;
    choice.mark(state.clip);
    least.mark(step + 1, short(state.least));
    stage.replaceChildren(picture(clip, found));
    const score = (value) => (value === null ? "undefined" : short(value));
    const [precision, recall, f1] = found.scores;
    summary.textContent = `At an overlap of at least ${short(state.least)}, `
      + `${plural(found.pairs.length, "pair matches", "pairs match")}, ${found.missed.length} missed, `
      + `${found.added.length} added: precision ${score(precision)}, recall ${score(recall)}, F1 ${score(f1)}.`;
    result.replaceChildren(grid("Pairs: coder 2 minus coder 1, in frames; plus is later",
      ["Codes", "Overlap", "▲ onset", "◆ apex", "▼ offset"], found.pairs.map(([i, j, overlap]) =>
        [`${first[i][3]} – ${second[j][3]}`, short(overlap), ...[0, 1, 2].map((at) =>
          error(first[i][at], second[j][at]))])));
    note.textContent = clip.note;
    Object.assign(root.dataset, { clip: state.clip, least: state.least, precision: precision ?? "",
      recall: recall ?? "", f1: f1 ?? "", pairs: found.pairs.map(([i, j]) => `${i}-${j}`).join(" "),
      missed: found.missed.join(" "), added: found.added.join(" ") });
  };

  figure.start(make("div", { class: "controls" }, choice.box, least.box), stage, summary, result, note);
  // Drawn at its true width, so that letters keep their size on a phone.
  const watcher = new ResizeObserver(() => {
    const now = Math.round(stage.clientWidth);
    if (now && now !== width) { width = now; figure.show(); }
  });
  watcher.observe(stage);
  return () => watcher.disconnect();
}

export default { render };
