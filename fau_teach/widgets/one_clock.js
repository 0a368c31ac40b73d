// The capstone: the face, and below it every curve that was measured, on the clock of its frames.
const MARKS = ["▲", "◆", "▼"];
const LANE = 58;

function render({ model, el }) {
  const data = model.get("data");
  const { region, say } = announcer();
  const root = make("div", { class: "ntl ntl-one-clock", ...OWN_KEYS, role: "group", "aria-label": model.get("label") });
  const viewer = makeViewer({ source: { kind: "clip", drive: data.drive }, label: "The face that is measured", face: () => faceOf(model) });
  const lanes = make("div", { class: "lanes" });
  const table = make("table", { class: "told" });
  let [width, needle] = [0, null];
  const last = data.drive.frames - 1;
  const place = (ms) => 6 + ((ms * data.drive.fps) / 1000 / last) * (width - 12);
  const now = () => (1000 * viewer.frame) / data.drive.fps;
  const at = ({ low, high }) => [low[viewer.frame], high[viewer.frame]];

  // A stage: band from true onset to offset, the curve as low to high in each frame, marks found.
  function lane(stage, row) {
    const [low, most] = [Math.min(...stage.low), Math.max(...stage.high)];
    const [top, bottom] = [row * LANE + 20, (row + 1) * LANE - 4];
    const y = (value) => bottom - ((bottom - top - 4) * (value - low)) / (most - low || 1);
    const x = (frame) => place((1000 * frame) / data.drive.fps).toFixed(1);
    const path = stage.low.map((value, frame) => `${frame ? "L" : "M"}${x(frame)} ${y(value).toFixed(1)}V${y(stage.high[frame]).toFixed(1)}`).join("");
    const [from, apex, to] = stage.true.map(place);
    return [draw("rect", { class: "true", x: from, y: top, width: to - from, height: bottom - top }),
      draw("line", { class: "true", x1: apex, x2: apex, y1: top, y2: bottom }),
      draw("path", { class: `curve ${stage.about}`, d: path }),
      MARKS.map((mark, k) => draw("text", { class: "mark", x: place(stage.found[k]), y: bottom + 2 }, mark)),
      draw("text", { class: "name", x: 6, y: top - 5 }, stage.name)];
  }

  function redraw() {
    if (!lanes.clientWidth) return;
    width = lanes.clientWidth;
    const height = LANE * data.stages.length + 8;
    needle = draw("line", { class: "needle", y1: 0, y2: height });
    lanes.replaceChildren(draw("svg", { width, height, role: "img", "aria-label": data.stages.map(({ name }) => name).join(", ") }, data.stages.map(lane).flat(2), needle));
    move();
  }

  function move() {
    if (!needle) return;
    ["x1", "x2"].forEach((end) => needle.setAttribute(end, place(now())));
    root.querySelectorAll("td.now").forEach((cell, row) => {
      const { unit, round } = data.stages[row];
      const [low, high] = at(data.stages[row]).map((value) => value.toFixed(round));
      cell.textContent = `${low === high ? low : `${low} to ${high}`} ${unit}`.replaceAll("-", "−");
    });
  }

  const seek = (event) => viewer.seek((((event.offsetX - 6) / (width - 12)) * last));
  lanes.addEventListener("pointerdown", (event) => { if (event.buttons & 1) seek(event); });
  const head = ["stage", "now", ...MARKS, "late by"].map((text) => make("th", { scope: "col" }, text));
  const rows = data.stages.map(({ name, found, late }) => make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "now" }),
    found.map((ms) => make("td", {}, make("button", { type: "button", onclick: () => { viewer.seek((ms * data.drive.fps) / 1000); say(`${name}: ${Math.round(ms)} ms`); } }, `${Math.round(ms)}`))),
    make("td", {}, late.map((ms) => `${Math.round(ms)}`.replace("-", "−")).join(", "))));
  table.append(make("caption", {}, "Found onset ▲, apex ◆ and offset ▼ in milliseconds; press one to see the face then."), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
  root.append(make("div", { class: "both" }, viewer.el, lanes), make("div", { class: "wide-table" }, table), region);
  root.addEventListener("keydown", (event) => viewer.keys(event));
  el.append(keepKeys(root));
  viewer.on("frame", move);
  const measure = new ResizeObserver(redraw);
  measure.observe(lanes);
  redraw();
  return () => { viewer.destroy(); measure.disconnect(); };
}

export default { render };
