// Three conditions. Python fused all 27 cases; this module looks them up and marks the current one.
const SIGNS = { positive: "+", negative: "−", none: "○" };

function render({ model, el }) {
  const { values, conditions, cases } = model.get("data");
  const names = conditions.map(([name]) => name);
  const self = panel({ model, el }, "conditions", names);
  const { state } = self;
  const chosen = () => names.map((name) => state[name]);

  const groups = conditions.map(([name, label]) => {
    const group = unique(name);
    const inputs = values.map((value) => make("input", { type: "radio", name: group, value,
      onchange: () => { self.set({ [name]: value }); self.say(verdict.textContent); } }));
    return { name, inputs, box: make("fieldset", {}, make("legend", {}, label),
      inputs.map((input) => make("label", {}, input, `${SIGNS[input.value]} ${input.value}`))) };
  });

  const verdict = make("p", { class: "summary" });
  const why = make("p", {});

  // One block a self-report; rows are the AU label, columns the material. The mouse may pick a
  // case here; the radio buttons say the same to the keyboard.
  const cells = new Map();
  const blocks = values.map((report) => make("table", {},
    make("caption", {}, `Self-report ${SIGNS[report]} ${report}`),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "AU"),
      values.map((material) => make("th", { scope: "col" }, `material ${SIGNS[material]}`)))),
    make("tbody", {}, values.map((au) => make("tr", {},
      make("th", { scope: "row" }, `${SIGNS[au]} ${au}`),
      values.map((material) => {
        const [label, confidence, review] = cases[[au, material, report].join(" ")];
        const cell = make("td", { class: review ? "review" : confidence,
          onclick: () => { self.set({ au, material, self_report: report }); self.say(verdict.textContent); } },
        make("b", {}, label), make("small", {}, review ? "⚑ review" : label === "none" ? "no vote" : confidence));
        cells.set([au, material, report].join(" "), cell);
        return cell;
      }))))));

  self.show = () => {
    const key = chosen().join(" ");
    const [label, confidence, review, reason] = cases[key];
    groups.forEach(({ name, inputs }) => inputs.forEach((input) => { input.checked = input.value === state[name]; }));
    verdict.textContent = `Label: ${label}. Confidence: ${confidence}. ${review ? "⚑ Needs review." : "No review needed."}`;
    why.textContent = `${reason[0].toUpperCase()}${reason.slice(1)}.`;
    cells.forEach((cell, name) => {
      cell.classList.toggle("now", name === key);
      if (name === key) cell.setAttribute("aria-current", "true"); else cell.removeAttribute("aria-current");
    });
    Object.assign(self.root.dataset, { label, confidence, review, case: key });
  };
  const reviews = Object.values(cases).filter(([, , review]) => review).length;
  self.start(make("div", { class: "three" }, groups.map(({ box }) => box)), verdict, why,
    make("div", { class: "blocks" }, blocks),
    make("p", { class: "ntl-quiet note" }, `All 27 cases; ${reviews} need review. The frame marks your case. `
      + "The three conditions are those of the source (S0-098); the rule that joins them is ours."));
}

export default { render };
