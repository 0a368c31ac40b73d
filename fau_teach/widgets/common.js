// Helpers in scope of every figure module. Plain DOM, no outside code.
const SVG_SPACE = "http://www.w3.org/2000/svg";

// Make an element: make("button", { class: "x", onclick: f }, "text", child)
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG_SPACE, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// A polite live region: say(text) tells a screen reader what changed.
function announcer() {
  const region = make("div", { class: "ntl-announcer", "aria-live": "polite", role: "status" });
  return { region, say: (text) => { region.textContent = text; } };
}

// Unique ids, because a page may hold the same figure twice.
let serial = 0;
function unique(stem) {
  serial += 1;
  return `ntl-${stem}-${serial}-${Math.random().toString(36).slice(2, 7)}`;
}

const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// JupyterLab takes letters and arrow keys for its own use. It asks the focused element itself before
// what that lies in, so each one that gets the focus bears the mark; else X would cut the cell.
// A key that moves a slider must not reach the notebook, which would swallow it.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
const MOVING = /^(Arrow|Page|Home|End)/;
function keepKeys(root) {
  root.addEventListener("focusin", ({ target }) => fill(target, OWN_KEYS, []));
  root.addEventListener("keydown", (event) => {
    if (MOVING.test(event.key)) event.stopPropagation();
  });
  return root;
}
