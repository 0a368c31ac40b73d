// The chain as columns of buttons: choose one and its paths light up both ways.
// Node and edge records come from Python; nothing about anatomy is typed in here.
const SURE = {
  sure: "sure", fairly: "fairly sure", unsure: "unsure",
  check: "to be checked by a certified coder",
};
const WIDTH = { // of a column: its longest word at least, the rest by share
  system: "minmax(min-content, 0.78fr)", nucleus: "minmax(min-content, 0.8fr)",
  nerve: "minmax(min-content, 0.85fr)", muscle: "minmax(0, 1.42fr)", au: "minmax(0, 1.62fr)",
  emotion: "minmax(min-content, 0.7fr)",
};
const OUTSIDE = "anatomy, outside the sources";
const HINT = "Choose any node: its paths light up both ways, and every edge shows its source. ";
const KEYS = "Arrow keys move, Enter chooses, Escape clears.";

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
    const column = make("div", { class: `column ${layer.id}`, role: "group", "aria-labelledby": head,
      style: `grid-column: ${order.indexOf(layer.id) + 1}` },
      make("div", { class: "head", id: head }, markOf(layer.id), layer.title));
    const box = make("div", { class: "chips" });
    for (const node of records.filter((one) => one.layer === layer.id)) {
      const chip = make("button", {
        type: "button", class: "chip", "data-node": node.id, "aria-pressed": "false", tabindex: "-1",
        onclick: () => put("selected", model.get("selected") === node.id ? "" : node.id),
        onfocus: () => stop(box, chip),
      }, make("span", { class: "text" }, node.name
        ? [make("b", {}, node.label), make("span", { class: "name" }, ` ${node.name}`)]
        : node.chip || node.label));
      chips.set(node.id, chip);
      box.append(chip);
    }
    column.append(box);
    return { column, box };
  });
  const shown = (box) => [...box.children].filter((chip) => !chip.hidden);
  // One tab stop in each column; arrow keys do the rest.
  function stop(box, chip) {
    for (const one of box.children) one.tabIndex = one === chip ? 0 : -1;
  }

  const lines = draw("svg", { class: "lines", "aria-hidden": "true", focusable: "false" });
  const split = make("div", { class: "split", "aria-hidden": "true" },
    make("span", {}, "↑ upper face"), make("span", {}, "↓ lower face"));
  const sheet = make("div", { class: order.length > 4 ? "sheet many" : "sheet", onkeydown: move,
    style: `--columns: ${order.map((name) => WIDTH[name]).join(" ")}` },
    lines, split, columns.map(({ column }) => column));

  // Controls
  const finder = make("select", { onchange: () => {
    put("selected", finder.value);
    const chip = chips.get(finder.value);
    if (chip) chip.scrollIntoView({ block: "center", behavior: reducedMotion() ? "auto" : "smooth" });
  } });
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
  const evidence = make("div", { class: "evidence", role: "region", tabindex: "-1",
    "aria-label": "Edges of the path, with their sources" });
  const root = make("div", { class: "ntl ntl-map", ...OWN_KEYS, role: "group", "aria-label": model.get("label"),
    onkeydown: (event) => {
      if (event.key !== "Escape" || !model.get("selected")) return;
      put("selected", "");
      event.stopPropagation();
    } }, make("div", { class: "frame" }, controls, make("p", { class: "hint ntl-quiet" }, HINT,
      make("span", { class: "keys" }, KEYS)),
    sheet, legend, panel, evidence, make("p", { class: "credit ntl-quiet" }, credit)), region);

  const stacked = () => getComputedStyle(sheet).display !== "grid";

  function move(event) {
    const chip = event.target.closest(".chip");
    const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
    const step = keys.indexOf(event.key);
    if (!chip || step < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const at = columns.findIndex(({ box }) => box === chip.parentNode);
    const seen = (box) => shown(box).filter((one) => one.getClientRects().length);
    const mine = seen(columns[at].box);
    let goal = null;
    if (step > 3) goal = mine[step === 4 ? 0 : mine.length - 1];
    else if (stacked()) {
      const all = columns.flatMap(({ box }) => seen(box));
      goal = all[all.indexOf(chip) + (step % 2 ? 1 : -1)];
    } else if (step < 2) goal = mine[mine.indexOf(chip) + (step ? 1 : -1)];
    else {
      const next = columns[at + (step === 3 ? 1 : -1)];
      const middle = (one) => { const b = one.getBoundingClientRect(); return b.top + b.height / 2; };
      // Along a lit path where there is one, else straight across.
      const far = (one) => Math.abs(middle(one) - middle(chip))
        + (lit && lit.nodes.has(chip.dataset.node) && !lit.nodes.has(one.dataset.node) ? 1e6 : 0);
      goal = next && seen(next.box).reduce((a, b) => (far(b) < far(a) ? b : a));
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
    const dense = columns.map(({ column }) => column).filter((one) => one.matches(".muscle, .au"));
    if (dense.length) split.style.gridColumn = `${dense[0].style.gridColumnStart} / span ${dense.length}`;
    for (const { box } of columns) {
      const own = [...box.children].sort((a, b) =>
        nodes.get(a.dataset.node).rows[variant] - nodes.get(b.dataset.node).rows[variant]);
      for (const chip of own) {
        const node = nodes.get(chip.dataset.node);
        chip.hidden = !node.variants.includes(variant) || (node.tables && !node.tables.includes(table));
        chip.style.setProperty("--row", node.rows[variant] + 1);
      }
      if (own.some((chip, i) => chip !== box.children[i])) box.append(...own);
    }
    finder.replaceChildren(make("option", { value: "" }, "any node …"), ...columns.map(({ box }, i) =>
      make("optgroup", { label: layers[i].title }, shown(box).map((chip) =>
        make("option", { value: chip.dataset.node }, nameOf(nodes.get(chip.dataset.node)))))));
    variants.mark();
    claims.mark();
    choose();
  }

  function choose() {
    let id = model.get("selected");
    if (!chips.has(id) || chips.get(id).hidden) id = "";
    // On a phone only the path stays; keep what was touched where it was touched.
    const held = chips.get(id || root.dataset.selected);
    const before = held && held.getBoundingClientRect().top;
    lit = id ? trace(id, nodes, edges) : null;
    root.classList.toggle("chosen", Boolean(id));
    for (const [name, chip] of chips) {
      chip.setAttribute("aria-pressed", String(name === id));
      chip.classList.toggle("lit", Boolean(lit && lit.nodes.has(name)));
    }
    for (const { box } of columns) {
      const now = shown(box);
      const path = now.filter((chip) => lit && lit.nodes.has(chip.dataset.node));
      const from = path.length ? path : now;
      stop(box, from.find((chip) => chip.tabIndex === 0) || from[0]);
    }
    if (id) stop(chips.get(id).parentNode, chips.get(id));
    finder.value = id;
    root.dataset.selected = id;
    connect();
    describe(id);
    if (!held || !root.contains(document.activeElement)) return;
    if (before && stacked()) scrollBy(0, held.getBoundingClientRect().top - before);
    held.scrollIntoView({ block: "nearest" }); // not under the panel
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
      if (edge.differs && state === "lit") {
        words.push(draw("circle", { cx: middle[0], cy: middle[1], r: 3 }));
      }
      if (relaxes && state === "lit") {
        words.push(draw("text", { x: x2 - 4, y: y2 + 4 }, "relax"));
      }
    }
    lines.append(...words);
  }

  // The panel: what the node is, then every lit edge with its source
  function describe(id) {
    panel.hidden = evidence.hidden = !id;
    if (!id) {
      if (region.textContent) say("Nothing chosen.");
      return;
    }
    const node = nodes.get(id);
    const counts = layers.filter((layer) => layer.id !== node.layer).map((layer) => {
      const count = [...lit.nodes].filter((name) => nodes.get(name).layer === layer.id).length;
      return count ? `${count} ${count === 1 ? layer.one : layer.many}` : null;
    }).filter(Boolean).join(", ");
    const steps = new Map(); // "Nerve → muscle" -> its edges, in the order of the chain
    const from = (edge) => order.indexOf(nodes.get(edge.start).layer);
    for (const edge of [...lit.edges].sort((a, b) => from(a) - from(b))) {
      const inside = nodes.get(edge.start).layer === nodes.get(edge.end).layer;
      const title = inside ? "Whole → part"
        : `${layerOf(edge.start).title} → ${layerOf(edge.end).title.toLowerCase()}`;
      steps.set(title, [...(steps.get(title) || []), edge]);
    }
    const near = (edge) => edge.start === id || edge.end === id;
    evidence.replaceChildren(...[...steps].map(([title, own]) => make("div", { class: "step" },
      make("p", { class: "title" }, title),
      make("ul", {}, own.sort((a, b) => near(b) - near(a)).map(row)))));
    panel.replaceChildren(
      make("div", { class: "about" },
        make("p", {}, markOf(node.layer), make("strong", {}, nameOf(node)),
          make("span", { class: "ntl-quiet" }, ` · ${layerOf(id).one}`)),
        make("p", {}, sentence(node)),
        make("p", { class: "ntl-quiet" }, counts ? `On its paths: ${counts}.` : "No path leads on.")),
      make("div", { class: "actions" },
        make("button", { type: "button", onclick: () => {
          evidence.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "nearest" });
          evidence.focus({ preventScroll: true });
        } }, `${lit.edges.size} edges, with sources ↓`),
        make("button", { type: "button", class: "clear", onclick: () => {
          chips.get(id).focus();
          put("selected", "");
        } }, "Clear")));
    say(`${nameOf(node)}: ${counts || "no paths"}`);
  }

  // One or two sentences on a node: its own, or what its edges say
  function sentence(node) {
    const into = edges.filter((edge) => edge.end === node.id);
    const names = (some) => some.map((edge) => nodes.get(edge.start).label).join(", ");
    if (node.layer === "emotion") {
      const { title, reading } = tables[model.get("table")];
      into.sort((a, b) => a.start.slice(2) - b.start.slice(2));
      return `${title}: ${reading}, ${names(into)}. One table's claim, not FACS.`;
    }
    if (node.layer !== "au") return node.detail || null;
    const relaxed = into.filter((edge) => edge.verb.startsWith("relaxes"));
    const active = into.filter((edge) => !relaxed.includes(edge));
    return [active.length ? `Contracts: ${names(active)}.` : "",
      relaxed.length ? `Relaxes: ${names(relaxed)}.` : ""].join(" ").trim();
  }

  function row(edge) {
    const origin = edge.source === "outside" ? OUTSIDE : edge.source;
    const reference = edge.source === "outside" && edge.reference ? ` (${edge.reference})` : "";
    const notes = model.get("notes_href");
    const badge = edge.erratum ? make(notes ? "a" : "span", {
      class: "badge", href: notes ? `${notes}#erratum-${edge.erratum.toLowerCase()}` : null,
    }, edge.erratum) : null;
    const told = edge.differs ? (edge.printed
      ? `Printed: ${edge.printed}. We use: ${edge.used || "no such link"}.` : "Not in the printed source.") : "";
    const note = [told, edge.note ? `${edge.note[0].toUpperCase()}${edge.note.slice(1)}.` : ""].join(" ").trim();
    return make("li", {},
      make("b", {}, `${nameOf(nodes.get(edge.start))} → ${nameOf(nodes.get(edge.end))}`),
      ` · ${edge.verb} · ${origin}${reference} · ${SURE[edge.confidence] || edge.confidence} `, badge,
      note ? make("span", { class: "note ntl-quiet" }, ` ${note.replace(/\.\.$/, ".")}`) : null);
  }

  el.append(keepKeys(root));
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
