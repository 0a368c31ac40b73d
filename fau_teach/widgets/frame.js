// One frame. Made and read here as the board and the parser do; a page test compares with Python.
const [SYNC, HEAD, TAIL] = [[0xa5, 0x5a], 6, 2];
const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, "0");
const little = (value, size) => [...Array(size).keys()].map((k) => Math.floor(value / 256 ** k) % 256);

function crc16(bytes) {
  return bytes.reduce((sum, byte) => {
    let rest = sum ^ (byte << 8);
    for (let k = 0; k < 8; k += 1) rest = (rest & 0x8000 ? (rest << 1) ^ 0x1021 : rest << 1) & 0xffff;
    return rest;
  }, 0xffff);
}

function frameOf(number, time, counts) {
  const payload = [...little(time, 4), counts[0].length, counts.length, ...counts.flat().flatMap((count) => little(count, 2))];
  const body = [2, payload.length, ...little(number % 65536, 2), ...payload];
  return [...SYNC, ...body, ...little(crc16(body), 2)];
}

// The first frame as it left the board, as the line delivers it, and all bytes that arrive.
function sent({ number, sample, by, flipped, lost }, { time, counts }) {
  const rows = by === "board" ? [[sample, counts[0][1]], counts[1]] : counts;
  const first = frameOf(number, time, rows);
  const came = [...first];
  if (by === "line") came.splice(12, 2, ...little(sample, 2));
  flipped.forEach((bit) => { came[bit >> 3] ^= 0x80 >> bit % 8; });
  const arrived = came.filter((_, k) => k !== lost);
  return { first, came, arrived: [...arrived, ...frameOf(number + 1, time + 2000, counts)] };
}

// What the receiver does: find a sync, check, go on behind the frame or, where it is none, two bytes later.
function received(bytes) {
  const steps = [];
  let at = 0;
  while (at < bytes.length) {
    let found = at;
    while (found < bytes.length && !(bytes[found] === SYNC[0] && bytes[found + 1] === SYNC[1])) found += 1;
    if (found > at) steps.push({ at, skipped: found - at });
    if (found >= bytes.length) break;
    at = found;
    const size = HEAD + bytes[at + 3] + TAIL;
    if (!(at + size <= bytes.length)) {
      steps.push({ at, size, waits: true, skipped: Math.min(2, bytes.length - at) });
      at += 2;
    } else {
      const [own, told] = [crc16(bytes.slice(at + 2, at + size - TAIL)), bytes[at + size - 2] + 256 * bytes[at + size - 1]];
      steps.push({ at, size, own, told, right: own === told, skipped: own === told ? 0 : 2 });
      at += own === told ? size : 2;
    }
  }
  return steps;
}

function render({ model, el }) {
  const figure = panel({ model, el }, "frame", ["number", "flipped", "lost", "sample", "by", "chosen"]);
  const { state, data, set, root } = figure;
  const words = make("p", { class: "summary" });
  const [strip, byte, table] = [make("div", { class: "strip" }), make("div", { class: "byte" }), make("div", {})];
  const act = (changes) => { set(changes); figure.say(words.textContent); };
  const word = (value) => `${hex(value >> 8)}${hex(value & 255)}`;
  const part = (k) => data.fields.findLastIndex(([first]) => first <= k);
  const presets = buttons("Try", data.presets.map(([name], at) => [String(at), name]),
    (at) => act({ ...data.presets[at][1], sample: data.counts[0][0], by: "board" }));
  const sample = slider("A0, row 1", { min: 0, max: 1023, step: 1 }, (value) => set({ sample: value }), () => figure.say(words.textContent));
  const who = buttons("Changed", [["board", "by the board, before its check"], ["line", "on the line, after it"]], (one) => act({ by: one }));

  figure.show = () => {
    const { first, came, arrived } = sent(state, data);
    const steps = received(arrived);
    const good = steps.filter((one) => one.right);
    const wrong = came.some((one, k) => one !== first[k]) || state.lost >= 0;
    const passed = good.some((one) => one.at === 0);
    sample.mark(state.sample, String(state.sample));
    who.mark(state.by);
    presets.mark(...data.presets.map(([, to], at) => (state.sample === data.counts[0][0] && state.by === "board"
      && Object.keys(to).every((name) => name === "chosen" || String(to[name]) === String(state[name])) ? String(at) : "")));
    words.textContent = !wrong ? "✓ Both frames pass. Nothing was changed on the line."
      : passed ? "✕ The first frame is wrong, and its check passes: nobody will ever know."
        : `✓ The damage is seen. The first frame is left out, and ${good.length ? "the second one is found again" : "the second one is missed too"}.`;
    holdFocus(root, () => {
      strip.replaceChildren(...data.fields.map(([from, name], at) => make("div", { class: "part" }, make("span", {}, name),
        make("div", {}, came.slice(from, (data.fields[at + 1] || [came.length])[0]).map((one, k) => make("button", { type: "button",
          "data-key": `byte${from + k}`, class: from + k === state.lost ? "gone" : one === first[from + k] ? "" : "turned",
          "aria-pressed": String(from + k === state.chosen), "aria-label": `${name}, byte ${from + k}: ${from + k === state.lost ? "lost" : hex(one)}`,
          onclick: () => set({ chosen: from + k }) }, hex(one)))))));
      const [[from, name, means], next] = [data.fields[part(state.chosen)], data.fields[part(state.chosen) + 1]];
      const value = came.slice(from, next ? next[0] : came.length).reduceRight((sum, one) => 256 * sum + one, 0);
      byte.replaceChildren(make("p", {}, make("b", {}, `Byte ${state.chosen}, ${name}. `), means, from ? ` Here: ${next ? value : word(value)}.` : ""),
        make("div", { class: "choices" }, [...Array(8).keys()].map((k) => {
          const bit = 8 * state.chosen + k;
          const turned = state.flipped.includes(bit);
          return make("button", { type: "button", class: `bit${turned ? " turned" : ""}`, "data-key": `bit${k}`, "aria-pressed": String(turned),
            "aria-label": `Turn bit ${7 - k} over`, onclick: () => act({ flipped: turned ? state.flipped.filter((one) => one !== bit) : [...state.flipped, bit] }) },
          String((came[state.chosen] >> (7 - k)) & 1));
        }), make("button", { type: "button", "data-key": "lose", "aria-pressed": String(state.lost === state.chosen),
          onclick: () => act({ lost: state.lost === state.chosen ? -1 : state.chosen }) }, "lose this byte")));
    });
    table.replaceChildren(grid("What the receiver does with the bytes that arrive", ["At byte", "It finds", "It does"], steps.map((one) => [String(one.at),
      ...(one.waits ? [one.size ? `a start, and a length that asks for ${one.size} bytes` : "a start, and no more", "waits; when nothing comes, goes on 2 bytes later"]
        : one.size === undefined ? ["no start", `skips ${plural(one.skipped, "byte", "bytes")}`]
          : [`a start; its check says ${word(one.told)}, the bytes give ${word(one.own)}`,
            one.right ? `✓ takes frame number ${arrived[one.at + 4] + 256 * arrived[one.at + 5]}` : "✕ goes on 2 bytes later"])])));
    Object.assign(root.dataset, { bytes: arrived.map(hex).join(""), frames: good.length, errors: steps.filter((one) => one.right === false).length,
      skipped: steps.reduce((sum, one) => sum + one.skipped, 0) });
  };

  figure.start(make("div", { class: "controls" }, presets.box, who.box, sample.box), strip, byte, words, table);
}

export default { render };
