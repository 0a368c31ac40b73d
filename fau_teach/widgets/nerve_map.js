// The chain as columns of buttons: choose one and its paths light up both ways.
// Node and edge records come from Python; nothing about anatomy is typed in here.
const SURE = {
  sure: "sure", fairly: "fairly sure", unsure: "unsure",
  check: "to be checked by a certified coder",
};
const OUTSIDE = "anatomy, outside the sources";
const HINT = "Choose any node: its paths light up both ways, and every edge shows its source.";

// Everything on a path through one node. A nerve carries fibres of several nuclei, so a
// path keeps to the nuclei of its muscle: `free` holds those still possible, or null.
function trace(id, nodes, edges) {
  const lit = { nodes: new Set([id]), edges: new Set() };
  const seen = new Set();
  const narrow = (free, node) => {
    if (node.layer === "nucleus") return free && !free.includes(node.id) ? [] : [node.id];
    if (!node.nuclei || !node.nuclei.length) return free;
    return free ? free.filter((name) => node.nuclei.includes(name)) : node.nuclei;
  };
  const walk = (at, free, from, to) => {
    const key = `${from}|${at}|${free}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const edge of edges) {
      if (edge[from] !== at) continue;
      const next = narrow(free, nodes.get(edge[to]));
      if (next && !next.length) continue;
      lit.nodes.add(edge[to]);
      lit.edges.add(edge);
      walk(edge[to], next, from, to);
    }
  };
  const start = narrow(null, nodes.get(id));
  walk(id, start, "start", "end");
  walk(id, start, "end", "start");
  return lit;
}

function render({ model, el }) {
  const { layers, nodes: records, edges: allEdges, tables, sheets, credit } = model.get("data");
  const nodes = new Map(records.map((node) => [node.id, node]));
  const order = layers.map((layer) => layer.id);
  const hasTable = order.includes("emotion");
  const { region, say } = announcer();
  let edges = []; // those of the variant and table on show
  let lit = null;

  const nameOf = (node) => (node.name ? `${node.label} ${node.name}` : node.label);
  const layerOf = (id) => layers[order.indexOf(nodes.get(id).layer)];
  const markOf = (layer) => make("span", { class: `mark ${layer}`, "aria-hidden": "true" });
  const put = (name, value) => { model.set(name, value); model.save_changes(); };

  // Columns of chips
  const chips = new Map();
  const columns = layers.map((layer) => {
    const head = unique("head");
    const column = make("div", { class: `column ${layer.id}`, role: "group", "aria-labelledby": head },
      make("div", { class: "head", id: head }, markOf(layer.id), layer.title));
    const box = make("div", { class: "chips" });
    for (const node of records.filter((one) => one.layer === layer.id)) {
      const chip = make("button", {
        type: "button", class: "chip", "data-node": node.id, "aria-pressed": "false", tabindex: "-1",
        onclick: () => put("selected", model.get("selected") === node.id ? "" : node.id),
        onfocus: () => stop(box, chip),
      }, markOf(layer.id), make("span", { class: "text" },
        node.name ? [make("b", {}, node.label), make("span", { class: "name" }, ` ${node.name}`)]
          : node.label));
      chips.set(node.id, chip);
      box.append(chip);
    }
    column.append(box);
    return { column, box };
  });
  const visible = (box) => [...box.children].filter((chip) => !chip.hidden);
  // One tab stop in each column; arrow keys do the rest.
  function stop(box, chip) {
    for (const one of box.children) one.tabIndex = one === chip ? 0 : -1;
  }

  const lines = draw("svg", { class: "lines", "aria-hidden": "true", focusable: "false" });
  const split = make("div", { class: "split", "aria-hidden": "true" },
    make("span", {}, "upper face"), make("span", {}, "lower face"));
  const sheet = make("div", { class: "sheet", onkeydown: move, "data-columns": order.join(" ") },
    lines, split, columns.map(({ column }) => column));

  // Controls
  const finder = make("select", { onchange: () => put("selected", finder.value) });
  const choices = (legend, name, options) => {
    const title = unique("choice");
    const buttons = options.map(([value, text]) => make("button", {
      type: "button", value, onclick: () => put(name, value),
    }, text));
    const group = make("div", { class: "choice", role: "group", "aria-labelledby": title },
      make("span", { id: title, class: "ntl-quiet" }, legend), make("span", { class: "set" }, buttons));
    const mark = () => buttons.forEach((one) =>
      one.setAttribute("aria-pressed", String(one.value === model.get(name))));
    return { group, mark };
  };
  const variants = choices("Edges", "variant", [["used", "as used"], ["printed", "as printed"]]);
  const claims = choices("Emotion table", "table",
    Object.keys(tables).map((name) => [name, tables[name].short || name]));
  const controls = make("div", { class: "controls" },
    make("label", { class: "find" }, make("span", { class: "ntl-quiet" }, "Find"), finder),
    variants.group, hasTable ? claims.group : null);

  const key = (style, text) => make("span", { class: "key" },
    draw("svg", { width: 30, height: 10, "aria-hidden": "true" },
      draw("path", { d: "M1 5H29", class: `edge ${style}` }),
      style === "differs" ? draw("circle", { cx: 15, cy: 5, r: 3.5 }) : null), text);
  const legend = make("p", { class: "legend ntl-quiet" },
    key("solid", "contracts, supplies, drives"), key("relaxes", "relaxes"),
    key("doubtful", "inferred, or varies between people"),
    key("differs", "differs from the printed source"));
  const panel = make("div", { class: "panel", role: "region", "aria-label": "Chosen node" });
  const root = make("div", { class: "ntl ntl-map", role: "group", "aria-label": model.get("label"),
    onkeydown: (event) => {
      if (event.key !== "Escape" || !model.get("selected")) return;
      put("selected", "");
      event.stopPropagation();
    } }, make("div", { class: "frame" }, controls, sheet, legend, panel,
    make("p", { class: "credit ntl-quiet" }, credit)), region);

  const stacked = () => getComputedStyle(sheet).display !== "grid";

  function move(event) {
    const chip = event.target.closest(".chip");
    const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
    const step = keys.indexOf(event.key);
    if (!chip || step < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const at = columns.findIndex(({ box }) => box === chip.parentNode);
    const mine = visible(columns[at].box);
    let goal = null;
    if (step > 3) goal = mine[step === 4 ? 0 : mine.length - 1];
    else if (step < 2) goal = mine[mine.indexOf(chip) + (step ? 1 : -1)];
    else if (stacked()) goal = mine[mine.indexOf(chip) + (step === 3 ? 1 : -1)];
    else {
      const next = columns[at + (step === 3 ? 1 : -1)];
      const middle = (one) => { const b = one.getBoundingClientRect(); return b.top + b.height / 2; };
      // Along a lit path where there is one, else straight across.
      const far = (one) => Math.abs(middle(one) - middle(chip))
        + (lit && lit.nodes.has(chip.dataset.node) && !lit.nodes.has(one.dataset.node) ? 1e6 : 0);
      goal = next && visible(next.box).reduce((a, b) => (far(b) < far(a) ? b : a));
    }
    if (goal) goal.focus();
  }

  // What is on show: nodes of this variant and table, and their places
  function arrange() {
    const variant = model.get("variant");
    const table = model.get("table");
    edges = allEdges.filter((edge) => edge.variants.includes(variant)
      && (!edge.table || edge.table === table));
    sheet.style.setProperty("--rows", sheets[variant].rows);
    sheet.style.setProperty("--split", sheets[variant].split + 2);
    split.hidden = !sheets[variant].split;
    for (const { box } of columns) {
      const own = [...box.children].sort((a, b) =>
        nodes.get(a.dataset.node).rows[variant] - nodes.get(b.dataset.node).rows[variant]);
      for (const chip of own) {
        const node = nodes.get(chip.dataset.node);
        chip.hidden = !node.variants.includes(variant) || (node.tables && !node.tables.includes(table));
        chip.style.setProperty("--row", node.rows[variant] + 2);
      }
      if (own.some((chip, i) => chip !== box.children[i])) box.append(...own);
      const shown = visible(box);
      if (!shown.some((chip) => chip.tabIndex === 0)) stop(box, shown[0]);
    }
    finder.replaceChildren(make("option", { value: "" }, "any node …"), ...columns.map(({ box }, i) =>
      make("optgroup", { label: layers[i].title }, visible(box).map((chip) =>
        make("option", { value: chip.dataset.node }, nameOf(nodes.get(chip.dataset.node)))))));
    variants.mark();
    claims.mark();
    choose();
  }

  function choose() {
    let id = model.get("selected");
    if (!chips.has(id) || chips.get(id).hidden) id = "";
    lit = id ? trace(id, nodes, edges) : null;
    sheet.classList.toggle("chosen", Boolean(id));
    for (const [name, chip] of chips) {
      chip.setAttribute("aria-pressed", String(name === id));
      chip.classList.toggle("lit", Boolean(lit && lit.nodes.has(name)));
    }
    if (id) stop(chips.get(id).parentNode, chips.get(id));
    finder.value = id;
    root.dataset.selected = id;
    connect();
    describe(id);
  }

  // Edges behind the chips, at their true places
  function connect() {
    lines.replaceChildren();
    if (stacked()) return;
    const origin = sheet.getBoundingClientRect();
    const side = (id, right) => {
      const box = chips.get(id).getBoundingClientRect();
      return [(right ? box.right : box.left) - origin.left, box.top + box.height / 2 - origin.top];
    };
    const words = [];
    const inFront = (edge) => Number(Boolean(lit && lit.edges.has(edge)));
    for (const edge of [...edges].sort((a, b) => inFront(a) - inFront(b))) {
      const inside = nodes.get(edge.start).layer === nodes.get(edge.end).layer;
      const [x1, y1] = side(edge.start, true);
      const [x2, y2] = side(edge.end, inside);
      const bend = inside ? 22 : (x2 - x1) * 0.5;
      const state = lit ? (inFront(edge) ? "lit" : "faded") : "";
      const relaxes = edge.verb.startsWith("relaxes");
      const style = relaxes ? "relaxes" : edge.variable || edge.inferred ? "doubtful" : "solid";
      const kind = edge.table ? "emotion" : nodes.get(edge.start).layer;
      lines.append(draw("path", { class: `edge ${kind} ${style} ${state}`,
        d: `M${x1} ${y1}C${x1 + bend} ${y1} ${inside ? x2 + bend : x2 - bend} ${y2} ${x2} ${y2}` }));
      const middle = [inside ? x1 + 16 : (x1 + x2) / 2, (y1 + y2) / 2];
      if (edge.differs && state !== "faded") {
        words.push(draw("circle", { class: `differs ${state}`, cx: middle[0], cy: middle[1], r: 3 }));
      }
      if (relaxes && state === "lit") {
        words.push(draw("text", { x: middle[0], y: middle[1] - (edge.differs ? 5 : -4) }, "relaxes"));
      }
    }
    lines.append(...words);
  }

  // The panel: what the node is, then every lit edge with its source
  function describe(id) {
    root.classList.toggle("open", Boolean(id));
    if (!id) {
      panel.replaceChildren(make("p", { class: "hint" }, HINT));
      if (region.textContent) say("Nothing chosen.");
      return;
    }
    const node = nodes.get(id);
    const counts = layers.filter((layer) => layer.id !== node.layer).map((layer) => {
      const count = [...lit.nodes].filter((name) => nodes.get(name).layer === layer.id).length;
      return count ? `${count} ${count === 1 ? layer.one : layer.many}` : null;
    }).filter(Boolean).join(", ");
    const groups = new Map();
    for (const edge of lit.edges) {
      const title = nodes.get(edge.start).layer === nodes.get(edge.end).layer ? "Whole → part"
        : `${layerOf(edge.start).title} → ${layerOf(edge.end).title.toLowerCase()}`;
      groups.set(title, [...(groups.get(title) || []), edge]);
    }
    const near = (edge) => edge.start === id || edge.end === id;
    const place = (title) => Math.min(...groups.get(title).map((edge) => order.indexOf(nodes.get(edge.start).layer)));
    const titles = [...groups.keys()].sort((a, b) => place(a) - place(b));
    const list = make("div", { class: "evidence", role: "group", tabindex: "0",
      "aria-label": "Edges of the path, with their sources" },
    titles.map((title) => make("div", { class: "step" }, make("p", { class: "title" }, title),
      make("ul", {}, groups.get(title).sort((a, b) => near(b) - near(a)).map(row)))));
    panel.replaceChildren(
      make("p", { class: "about" }, markOf(node.layer), make("strong", {}, nameOf(node)),
        make("span", { class: "ntl-quiet" }, ` · ${layerOf(id).one} · ${counts || "no paths"}`),
        make("button", { type: "button", class: "clear", onclick: () => {
          put("selected", "");
          chips.get(id).focus();
        } }, "Clear")),
      make("p", { class: "detail" }, sentence(node)), list);
    say(`${nameOf(node)}: ${counts || "no paths"}`);
  }

  function sentence(node) {
    if (node.layer !== "emotion") return node.detail || null;
    const { title, reading } = tables[model.get("table")];
    const aus = edges.filter((edge) => edge.end === node.id).map((edge) => nodes.get(edge.start).label);
    aus.sort((a, b) => a.slice(2) - b.slice(2));
    return `${title}: ${reading}, ${aus.join(", ")}. One table's claim, not FACS.`;
  }

  function row(edge) {
    const origin = edge.source === "outside" ? OUTSIDE : edge.source;
    const reference = edge.source === "outside" && edge.reference ? ` (${edge.reference})` : "";
    const notes = model.get("notes_href");
    const badge = edge.erratum ? make(notes ? "a" : "span", {
      class: "badge", href: notes ? `${notes}#${edge.erratum.toLowerCase()}` : null,
    }, edge.erratum) : null;
    const told = edge.differs ? (edge.printed
      ? `Printed: ${edge.printed}. We use: ${edge.used || "no such link"}.` : "Not in the printed source.") : "";
    const note = [told, edge.note ? `${edge.note[0].toUpperCase()}${edge.note.slice(1)}.` : ""].join(" ").trim();
    return make("li", {}, make("b", {}, nameOf(nodes.get(edge.start))), " → ",
      make("b", {}, nameOf(nodes.get(edge.end))),
      ` · ${edge.verb} · ${origin}${reference} · ${SURE[edge.confidence] || edge.confidence} `, badge,
      note ? make("span", { class: "note ntl-quiet" }, ` ${note.replace(/\.\.$/, ".")}`) : null);
  }

  el.append(root);
  arrange();
  model.on("change:selected", choose);
  model.on("change:variant", arrange);
  model.on("change:table", arrange);
  const watcher = new ResizeObserver(connect);
  watcher.observe(sheet);
  if (document.fonts) document.fonts.ready.then(connect);
  return () => watcher.disconnect();
}

export default { render };
