// Overlap map. Python computed each cell; the arrow keys are in roam.js, before this file.
const DEEPEST = 0.7; // the value that gets the full colour; two emotions never share more
const aus = (codes) => (codes.length ? codes.map((code) => `AU${code}`).join(", ") : "none");

function render({ model, el }) {
  const { views } = model.get("data");
  const { region, say } = announcer();
  const group = unique("views");
  const buttons = Object.entries(views).map(([value, { title }]) => make("button", { type: "button",
    value, onclick: () => { model.set("view", value); model.save_changes(); } }, title));
  const place = make("div", { class: "place" });
  const note = make("p", { class: "ntl-quiet small" });
  const detail = make("div", { class: "detail" });
  let chosen = null;

  const full = (name, table) => (table ? `${name} (${table})` : name);
  const size = ({ shared, row, column }) => shared.length + row.length + column.length;

  function choose(view, r, c, td) {
    const cell = view.cells[r][c];
    const [one, two] = [full(view.rows[r], view.names[0]), full(view.columns[c], view.names[1])];
    const self = one === two;
    if (chosen) chosen.setAttribute("aria-selected", "false");
    chosen = td;
    td.setAttribute("aria-selected", "true");
    const fraction = `${cell.shared.length}/${size(cell)} = ${cell.value.toFixed(3)}`;
    const lines = [["Shared", cell.shared], [`${one} only`, cell.row], [`${two} only`, cell.column]];
    detail.replaceChildren(make("p", { class: "heading" }, self ? `${one} with itself` : `${one} and ${two}`),
      make("p", { class: "fraction" }, "Shared AUs over all AUs of the two: ",
        make("b", {}, fraction)),
      make("dl", {}, (self ? lines.slice(0, 1) : lines).map(([word, codes]) => make("div", {},
        make("dt", {}, word), make("dd", {}, aus(codes))))));
    Object.assign(root.dataset, { row: view.rows[r], column: view.columns[c], fraction });
    say(`Shared: ${aus(cell.shared)}.`);
  }

  function show() {
    const view = views[model.get("view")];
    const [top, side] = view.start;
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.value === model.get("view"))));
    const rows = view.rows.map((name, r) => view.columns.map((other, c) => {
      const cell = view.cells[r][c];
      const td = make("td", { "aria-selected": "false", tabindex: "-1",
        class: name !== other ? null : view.names[0] ? "same" : "self", "data-value": cell.value,
        style: `--share:${Math.round(100 * Math.min(1, cell.value / DEEPEST))}%`, onfocus: () => choose(view, r, c, td),
        onclick: () => td.focus(),
        "aria-label": `${cell.value.toFixed(2)}, ${full(name, view.names[0])} and ${full(other, view.names[1])}: `
          + `${cell.shared.length} of ${size(cell)} AUs` }, cell.value.toFixed(2));
      return td;
    }));
    place.replaceChildren(make("table", { role: "grid", "aria-label": `Overlaps, ${view.title}` },
      make("thead", {}, make("tr", {}, make("td", { class: "corner ntl-quiet" },
        view.names[0] ? `${view.names[0]} ↓ ${view.names[1]} →` : ""),
        view.columns.map((name) => make("th", { scope: "col" }, make("span", {}, name))))),
      make("tbody", {}, rows.map((row, r) => make("tr", {},
        make("th", { scope: "row" }, view.rows[r]), row)))));
    note.textContent = view.note;
    roam(rows, rows[top][side]);
    choose(view, top, side, rows[top][side]);
    root.dataset.view = model.get("view");
  }

  const root = make("div", { class: "ntl ntl-overlap", ...OWN_KEYS, role: "group",
    "aria-label": model.get("label") },
  make("div", { class: "choice", role: "group", "aria-labelledby": group },
    make("span", { id: group, class: "heading" }, "Map"), buttons),
  make("div", { class: "sheet" }, place, detail), note, make("p", { class: "ntl-quiet small" },
    "Choose a cell; arrow keys move. The stronger its colour, the more AUs the two share. One table’s "
    + "claim, not FACS."), region);
  el.append(keepKeys(root));
  show();
  model.on("change:view", show);
}

export default { render };
