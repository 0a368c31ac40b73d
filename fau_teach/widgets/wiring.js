// Wiring. The drawing comes from Python; what reaches the pin is computed here, and compared.
function pinVolts(output, protection, { supply, diode }) {
  if (protection === "divider") return output / 2;
  return protection === "clamp" ? Math.min(supply + diode, Math.max(-diode, output)) : output;
}
const countOf = (volts, { supply, full }) => Math.min(full - 1, Math.max(0, Math.floor((volts / supply) * full)));
const signed = (volts) => `${volts.toFixed(1).replace(/^-(?!0\.0$)/, "−").replace("-", "")} V`;

// Voltage at the pin over output voltage: what the pin survives is the band, what it reads the inner one.
function curve(state, data) {
  const [width, height, left, top, base, end] = [340, 236, 44, 8, 196, 322];
  const most = data.battery;
  const x = (volts) => left + ((volts + most) / (2 * most)) * (end - left);
  const y = (volts) => base - ((volts + most) / (2 * most)) * (base - top);
  const of = (volts, kind = state.protection) => pinVolts(volts, kind, data);
  const band = (name, low, high) => draw("rect", { class: name, x: left, width: end - left, y: y(high), height: y(low) - y(high) });
  const line = (kind) => draw("polyline", { class: kind === state.protection ? "line on" : "line",
    points: [...Array(181).keys()].map((k) => (k / 90 - 1) * most).map((v) => `${x(v).toFixed(1)},${y(of(v, kind)).toFixed(1)}`).join(" ") });
  const text = (at, down, words, anchor = "start") => draw("text", { x: at, y: down, "text-anchor": anchor }, words);
  const ticks = [-most, -data.supply, 0, data.supply, most].map((v) => [v, signed(v).replace(".0", "")]);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Voltage at the pin over the voltage of the output" },
    band("survives", -data.beyond, data.supply + data.beyond), band("reads", 0, data.supply),
    ticks.map(([v, words]) => text(x(v), base + 18, words, "middle")), ticks.slice(1).map(([v, words]) => text(left - 5, y(v) + 4, words, "end")),
    text((left + end) / 2, base + 36, "output of the module", "middle"), text(left + 6, y(7.6), "at A0"), text(left + 6, y(2.2), "read"),
    text(end - 6, y(-5), "not allowed", "end"), data.protections.map(([kind]) => line(kind)), line(state.protection),
    draw("circle", { class: "now", cx: x(state.output), cy: y(of(state.output)), r: 6 }));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "wiring", ["part", "protection", "output", "ground", "charger"]);
  const { state, data, set, root } = figure;
  const [about, words] = [make("div", { class: "about" }), make("p", { class: "summary" })];
  const [picture, graph] = [make("div", { class: "picture" }), make("div", { class: "picture graph" })];
  const tell = () => figure.say(words.textContent);
  const act = (changes) => { set(changes); tell(); };
  picture.innerHTML = data.drawing;
  const svg = picture.firstElementChild;
  fill(svg, { role: "group", "aria-label": "The parts, from the electrodes to the laptop. Choose one." }, []);
  const spots = data.parts.map(({ id, title }, at) => {
    const choose = () => { set({ part: id }); figure.say(about.textContent); };
    const spot = svg.querySelector(`[data-part="${id}"]`);
    return fill(spot, { ...OWN_KEYS, role: "button", tabindex: 0, "aria-label": `${at + 1}. ${title}`, onclick: choose,
      onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } } }, []);
  });
  const kinds = buttons("Between output and A0", data.protections, (kind) => act({ protection: kind, part: "protection" }));
  const ground = buttons("Ground wire", [["yes", "there"], ["no", "missing"]], (one) => act({ ground: one === "yes", part: "ground" }));
  const charger = buttons("Laptop", [["no", "on battery"], ["yes", "charger in"]], (one) => act({ charger: one === "yes", part: "charger" }));
  const output = slider("Output of the module", { min: -data.battery, max: data.battery, step: 0.5 }, (volts) => set({ output: volts }), tell);

  figure.show = () => {
    const pin = pinVolts(state.output, state.protection, data);
    const allowed = pin >= -data.beyond && pin <= data.supply + data.beyond;
    const count = countOf(pin, data);
    const chosen = data.parts.findIndex(({ id }) => id === state.part);
    const part = data.parts[chosen];
    const shown = { [state.protection]: true, resistor: state.protection !== "nothing", ground: state.ground, "no ground": !state.ground,
      charger: state.charger, "no charger": !state.charger };
    svg.querySelectorAll("[data-when]").forEach((one) => { one.style.display = shown[one.dataset.when] ? "" : "none"; });
    spots.forEach((spot, at) => spot.setAttribute("aria-pressed", String(at === chosen)));
    svg.querySelector('[data-volts="out"]').textContent = `output ${signed(state.output)}`;
    svg.querySelector('[data-volts="pin"]').textContent = state.ground ? `${allowed ? "✓" : "✕"} at A0: ${signed(pin)}` : "? at A0";
    kinds.mark(state.protection);
    ground.mark(state.ground ? "yes" : "no");
    charger.mark(state.charger ? "yes" : "no");
    output.mark(state.output, signed(state.output));
    about.replaceChildren(make("p", { class: "title" }, `${chosen + 1}. ${part.title}`), make("p", {}, part.does),
      make("p", {}, make("b", {}, "Volts: "), part.volts, "."), make("p", {}, make("b", {}, "What goes wrong: "), part.wrong));
    const end = pin > data.supply || pin < 0 ? "The pin survives that; the count stays at its end." : "All is well.";
    const electric = state.ground ? `${allowed ? "✓" : "✕"} ${signed(pin)} at A0, count ${count}. ${allowed ? end : "The pin may be destroyed."}`
      : "✕ No common ground: the pin follows the room, and the count means nothing.";
    words.textContent = `${electric}${state.charger
      ? " ✕ The charger is in: from the wearer, a way leads through ground wire, USB and laptop to the mains. Take the electrodes off first." : ""}`;
    graph.replaceChildren(curve(state, data));
    Object.assign(root.dataset, { pin, count, allowed });
  };

  const controls = make("div", { class: "controls" }, kinds.box, ground.box, charger.box, output.box);
  const note = "Light band: what the pin survives. Darker: what it reads. Thick line: what you chose; thin: the other two.";
  figure.start(make("div", { class: "halves" }, picture, make("div", {}, about, controls)),
    make("div", { class: "halves" }, graph, make("div", {}, words, make("p", { class: "ntl-quiet note" }, note))));
}

export default { render };
