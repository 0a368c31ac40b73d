// Helpers of the figures of chapter 2: state, controls, bars. Numbers as the tables print them.
function short(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 ? "−" : "") + (digits ? text.replace(/^0/, "") : text);
}
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// A figure: its state follows the traits `names`; set(changes, spoken) redraws and tells.
function panel({ model, el }, name, names) {
  const state = Object.fromEntries(names.map((one) => [one, model.get(one)]));
  const { region, say } = announcer();
  const root = make("div", { class: `ntl ntl-panel ntl-panel-${name}`, ...OWN_KEYS, role: "group",
    "aria-label": model.get("label") });
  const self = {
    root, state, say, data: model.get("data"), show: () => {},
    set(changes) {
      Object.assign(state, changes);
      Object.entries(changes).forEach(([one, value]) => model.set(one, value));
      model.save_changes();
      self.show();
    },
    start(...children) {
      root.append(...children, region);
      el.append(keepKeys(root));
      names.forEach((one) => model.on(`change:${one}`, () => {
        if (model.get(one) === state[one]) return;
        state[one] = model.get(one);
        self.show();
      }));
      self.show();
    },
  };
  return self;
}

function chooser(label, options, react) {
  const select = make("select", { id: unique("choose"), onchange: () => react(select.value) },
    options.map(([value, text]) => make("option", { value }, text)));
  return { box: make("div", { class: "control" }, make("label", { for: select.id }, label), select),
    mark: (value) => { select.value = value; }, select };
}

// Buttons of which one, or with `several` any number, is pressed.
function buttons(label, options, react) {
  const name = make("span", { class: "name", id: unique("name") }, label);
  const all = options.map(([value, text, title]) => make("button",
    { type: "button", value, "aria-label": title, onclick: () => react(value) }, text));
  const box = make("div", { class: "control", role: "group", "aria-labelledby": name.id }, name,
    make("div", { class: "choices" }, all));
  return { box, mark: (...values) => all.forEach((one) =>
    one.setAttribute("aria-pressed", String(values.includes(one.value)))) };
}

function slider(label, attributes, react, tell) {
  const id = unique("slider");
  const output = make("output", { for: id });
  const input = make("input", { id, type: "range", ...attributes,
    oninput: () => react(Number(input.value)), onchange: tell });
  return { box: make("div", { class: "control wide" }, make("label", { for: id }, label), output,
    input), input, mark(value, text) {
    if (Number(input.value) !== value) input.value = value;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  } };
}

// A bar of a share of its width; `before` draws an outline, `span` the ends of a range.
function bar(share, { before, span } = {}) {
  const percent = (value) => `${(100 * Math.min(1, value)).toFixed(2)}%`;
  return make("span", { class: "bar", "aria-hidden": "true" },
    make("i", { style: `width:${percent(share)}` }),
    span && make("s", { style: `left:${percent(span[0])};width:${percent(span[1] - span[0])}` }),
    before === undefined ? null : make("b", { style: `width:${percent(before)}` }));
}

function grid(caption, heads, rows) {
  return make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, rows.map(([name, ...cells]) => make("tr", {},
      make("th", { scope: "row" }, name), cells.map((cell) => make("td", {}, cell))))));
}

// Keep the keyboard's place where redrawn controls replace the one that had it.
function holdFocus(root, redraw) {
  const held = root.contains(document.activeElement) && document.activeElement.dataset.key;
  redraw();
  const next = held && root.querySelector(`[data-key="${held}"]`);
  if (next) next.focus({ preventScroll: true });
}
