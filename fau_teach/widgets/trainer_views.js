// Pages of the training path that only show: the key beside the answer, where to look, progress,
// results of a test, a comparison of two or more clips.
const SURENESS = { low: "Guess", medium: "Fairly sure", high: "Sure" };
const OPTION_SAYS = { A: "trace", B: "slight", C: "marked", D: "severe", E: "maximum", left: "in the right half of the picture",
  right: "in the left half of the picture", both: "alike on both sides", asymmetric: "on both sides, stronger on one" };
const FIRST = "A code, such as AU12, is a number for one visible movement. Play the clip, compare it with Neutral, choose, say how sure you are, then commit. You need not know the codes yet: guess.";
const MARKS = { onset: "▲", apex: "◆", offset: "▼" };
const CONFIDENCE = { check: "○ to be checked by a certified coder", fairly: "◐ fairly sure", unsure: "◔ unsure" };
const RESULTS = { right: "✓ right", wrong: "✗ not this", "one step off": "◐ one step off", missed: "− missed", added: "+ added",
  confused: "⇄ confused", "wrong side": "◐ wrong side", "not counted": "· not counted" };
// Where a region lies on a face that fills its picture [mm]: across from the midline, down, and
// half axes. Regions beside the midline are on both sides.
const PLACES = { brow: [33, 106, 37, 25], eye: [34, 136, 30, 21], eyes: [34, 136, 30, 21], nose: [0, 168, 29, 28], cheek: [48, 172, 29, 28],
  mouth: [0, 213, 50, 26], chin: [0, 248, 34, 19], jaw: [0, 248, 58, 30], neck: [0, 278, 56, 13], "lower face": [0, 222, 60, 46] };

const percent = (share) => `${Math.round(100 * share)} %`;
const inAnswers = ({ mean, n }) => make("span", { class: "ntl-quiet" }, n ? ` ${plural(n, "answer", "answers")}${n > 2 ? `, about ${percent(mean)} right` : ""}` : " new");
const sentence = (text) => (/[.?!]$/.test(text) ? text : `${text}.`);
const codeLabel = (option) => (/^\d/.test(option) ? `AU${option}` : option);
const loose = (score) => score.replaceAll("+", "+\u200b"); // may break after each sign
const heading = (text, level = 3) => make(`h${level}`, { tabindex: -1 }, text);

// Ellipses over the regions, drawn on the picture of a viewer while it shows the whole face.
function hint(viewer, regions) {
  viewer.el.querySelector(".hints")?.remove();
  const rings = regions.filter((one) => PLACES[one]).flatMap((one) => {
    const [across, down, rx, ry] = PLACES[one];
    return (across ? [-1, 1] : [1]).map((side) => draw("ellipse", { cx: VIEW.width / 2 + side * across, cy: down, rx, ry }));
  });
  if (!rings.length) return;
  viewer.el.querySelector(".stage").append(draw("svg", { class: "hints", viewBox: `0 0 ${VIEW.width} ${VIEW.height}`,
    role: "img", "aria-label": `Look at: ${regions.join(", ")}` }, rings));
}

// Cues of each pair of codes in one place.
const paired = (pairs) => pairs.reduce((all, { code, other, cue }) => {
  const which = `${code}, not ${other}: `;
  return all.set(which, [...all.get(which) || [], cue]);
}, new Map());

// What was said beside what the key says, what tells them apart, and why the key says so.
function toldView(told, counts = true) {
  const word = told.right ? "✓ Right" : told.credit > 0 ? `◐ Partly: ${percent(told.credit)}` : "✗ Not this time";
  const late = (ms) => Object.entries(ms || {}).filter(([, by]) => by !== null)
    .map(([name, by]) => `${MARKS[name]} ${by > 0 ? "+" : by < 0 ? "−" : "±"}${Math.abs(by)} ms`).join(" ");
  const steps = (by) => (by ? `, ${plural(Math.abs(by), "letter", "letters")} too ${by > 0 ? "strong" : "weak"}` : "");
  const rows = told.rows.map((row) => [row.given ? codeLabel(row.given) : "–", row.key ? codeLabel(row.key) : "–",
    [RESULTS[row.result] || row.result, steps(row.steps), row.reason ? `: ${row.reason}` : "", row.ms ? ` ${late(row.ms)}` : ""].join("")]);
  const why = told.key.filter((one) => one.why).map((one) => make("li", {}, `${one.score} ${one.why}`))
    .concat(told.left_out.map((one) => make("li", {}, `${one.code} is left out: ${one.why}`)));
  return make("div", { class: "told", "data-right": told.right ? "yes" : told.credit ? "partly" : "no" },
    make("p", { class: "verdict" }, word, counts ? null : make("small", {}, " A second look; it is kept, but does not count.")),
    grid(null, ["you", "key", ""], rows.length ? rows : [["–", "nothing moves", "✓ right"]]),
    told.cues.map((one) => make("div", { class: "cue" },
      make("p", {}, make("b", {}, one.shown.length && one.given.length && told.confused.includes(one.skill)
        ? `Confused: ${one.title}. ` : `${sentence(one.title)} `), one.cue),
      [...paired(one.pairs)].map(([which, cues]) => make("p", {}, make("b", {}, which), sentence(cues.join("; ")))),
      one.looks.map((look) => make("p", {}, sentence(look))),
      make("small", {}, CONFIDENCE[one.confidence] || "● sure", one.regions.length ? ` · Look at the ${one.regions.join(" and the ")}, outlined on the face.` : ""))),
    make("p", { class: "ntl-quiet" }, "In the clip: ", told.key.length ? `${told.key.map((one) => `${one.score} ▲${one.onset} ◆${one.apex} ▼${one.offset}`).join("; ")} (▲ onset, ◆ apex, ▼ offset, by frame).` : "nothing moves that can be scored."),
    why.length ? make("details", {}, make("summary", {}, "Why the key says so"), make("ul", {}, why)) : null);
}

// A table that may be wider than the page.
const table = (caption, heads, rows) => make("div", { class: "wide-table", tabindex: 0, role: "region", "aria-label": caption }, grid(caption, heads, rows));

function saveFile(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

const limitsView = (limits) => make("details", { class: "limits", open: true }, make("summary", {}, "What this does not tell you"),
  make("ul", {}, limits.map((one) => make("li", {}, one.text))));

// Clips of a set side by side on one face, all at their onset at the same time.
function compareView(members) {
  const all = members.map(({ answer, name, viewer, told }) => {
    const spans = told.key.filter(({ why }) => !why);
    const [onset, offset] = [Math.min(...spans.map((one) => one.onset)), Math.max(...spans.map((one) => one.offset))];
    return { answer, name, viewer, onset, offset, apex: spans[0].apex, fps: viewer.fps };
  });
  const lead = Math.min(0.5, ...all.map(({ onset, fps }) => onset / fps));
  const length = lead + Math.max(...all.map(({ onset, offset, fps }) => (offset - onset) / fps)) + 0.3;
  let [at, playing, rate, before] = [0, false, 1, 0];
  const place = () => all.forEach(({ viewer, onset, fps }) => viewer.seek(onset + (at - lead) * fps, true));
  const set = (seconds) => { at = Math.max(0, Math.min(length, seconds)); scrub.value = at; all.forEach(({ viewer }) => viewer.show("clip")); place(); };
  const run = (on) => {
    playing = on;
    play.textContent = on ? "Pause all" : "Play all";
    if (!on) return;
    if (at >= length) set(0);
    before = 0;
    requestAnimationFrame(tick);
  };
  function tick(now) {
    if (!playing || !box.isConnected) return;
    set(at + (before ? ((now - before) / 1000) * rate : 0));
    before = now;
    if (at >= length) run(false); else requestAnimationFrame(tick);
  }
  const hold = (mode) => { run(false); all.forEach(({ viewer, onset, apex }) => viewer.show(mode, { onset, apex })); };
  const play = make("button", { type: "button", class: "play", onclick: () => run(!playing) }, "Play all");
  const scrub = make("input", { type: "range", min: 0, max: length, step: 0.01, value: 0, "aria-label": "Time in all clips",
    oninput: () => { run(false); set(Number(scrub.value)); } });
  const slower = () => { rate = rate === 1 ? 0.25 : 1; slow.setAttribute("aria-pressed", String(rate !== 1)); };
  const slow = make("button", { type: "button", "aria-pressed": "false", onclick: slower }, "¼ speed");
  const box = make("div", { class: "compare" },
    make("div", { class: "side" }, all.map(({ viewer, answer, name }) => make("figure", {}, viewer.el, make("figcaption", {}, codeLabel(answer), make("small", {}, name))))),
    make("div", { class: "acts" }, play, slow, make("button", { type: "button", onclick: () => hold("neutral") }, "Neutral"),
      make("button", { type: "button", onclick: () => hold("apex") }, "◆ Apex"), scrub));
  box.keys = (event) => {
    const act = { " ": !event.target.matches("button, summary, input") && (() => run(!playing)), n: () => hold("neutral"), a: () => hold("apex"),
      ",": () => { run(false); set(at - 1 / 30); }, ".": () => { run(false); set(at + 1 / 30); } }[event.key.toLowerCase()];
    if (!act) return false;
    event.preventDefault();
    act();
    return true;
  };
  hold("apex"); // where they differ
  return box;
}

// A bar from 0 to 1 with its interval; the numbers stand beside it.
const meter = (mean, low, high) => [bar(mean, { span: [low, high] }), make("span", { class: "figure" }, `${percent(mean)}, ${percent(low)} to ${percent(high)}`)];

function curveView(points, each, title) {
  const [wide, high, left] = [560, 150, 62];
  const x = (at) => left + 10 + (at / Math.max(1, points.length - 1)) * (wide - left - 24);
  const y = (share) => 12 + (1 - share) * (high - 40);
  return make("figure", {}, draw("svg", { class: "chart", viewBox: `0 0 ${wide} ${high}`, role: "img",
    "aria-label": `${title}: ${points.map(percent).join(", ")}` },
  [0, 0.5, 1].flatMap((share) => [draw("line", { class: "rule", x1: left, x2: wide - 8, y1: y(share), y2: y(share) }),
    draw("text", { x: left - 6, y: y(share) + 4, class: "end" }, percent(share))]),
  draw("polyline", { points: points.map((share, at) => `${x(at).toFixed(1)},${y(share).toFixed(1)}`).join(" ") }),
  points.map((share, at) => draw("circle", { cx: x(at), cy: y(share), r: 3.5 })),
  draw("text", { x: wide - 8, y: high - 8, class: "end" }, `${points.length * each} answers at most, oldest left`)),
  make("figcaption", {}, title));
}

function progressView(found, practise) {
  const { ability } = found;
  const skills = Object.values(ability.skills).filter((one) => one.n).sort((one, two) => one.mean - two.mean);
  const way = (by, early, late, unit, digits = 0) => {
    if (by.mean === null) return "not measured yet";
    const range = by.low === null ? "too few for an interval" : `${by.low.toFixed(digits)} to ${by.high.toFixed(digits)}`;
    const sure = by.low !== null && (by.low > 0 || by.high < 0);
    return `${Math.abs(by.mean).toFixed(digits)} ${unit} ${by.mean < 0 ? early : late} (${range}; n = ${by.n})${sure ? "" : ", could be chance"}`;
  };
  const next = ability.weakest.map((id) => ability.skills[id]);
  if (!ability.n) return [make("p", {}, "Nothing counts yet. Answer a few items, then look again.")];
  return [
    make("p", {}, `${plural(ability.n, "answer counts", "answers count")}. `, ability.seconds === null ? "" : `Half of them took less than ${Math.round(ability.seconds)} s. `,
      "Recent answers weigh more; every share has its 95 % interval."),
    heading("Practise next", 4),
    next.length ? make("ul", { class: "plain" }, next.map((one) => make("li", {}, make("button", { type: "button", onclick: () => practise(one) }, one.title), inAnswers(one))))
      : make("p", { class: "ntl-quiet" }, "Too early to say: three answers to a skill, one of them wrong, are needed."),
    ability.curve.length > 1 ? curveView(ability.curve, 10, "Share of right answers, ten answers a point") : null,
    heading("Sets and skills, weakest first", 4),
    make("div", { class: "bars" }, grid(null, ["skill", "answers", "right"], skills.map((one) => [one.title, String(one.n), make("div", { class: "meter" }, meter(one.mean, one.low, one.high))]))),
    table("Codes; d′ is 0 where a code and its absence are not told apart, and grows with skill", ["code", "habit", "found", "missed", "added", "rightly left out", "d′"], Object.values(ability.codes).map((one) => [`AU${one.code}`,
      one.criterion === null ? "–" : one.criterion > 0.3 ? "scored too seldom" : one.criterion < -0.3 ? "scored too often" : "balanced",
      String(one.hits), String(one.missed), String(one.added), String(one.spared), one.d === null ? "–" : one.d.toFixed(1)])),
    heading("Timing and strength", 4),
    make("ul", {}, Object.keys(MARKS).map((name) => make("li", {}, `${MARKS[name]} ${name}: ${way(ability.timing[name], "early", "late", "ms")}`)),
      make("li", {}, `Intensity: ${way(ability.intensity, "too weak", "too strong", "letters", 1)}`)),
    heading("Is your certainty worth its name?", 4),
    ability.certainty.length ? make("div", { class: "bars" }, grid(null, ["you said", "answers", "right"], ability.certainty.map((one) => [`${SURENESS[one.name]} (means ${percent(one.stated)})`,
      String(one.n), make("div", { class: "meter" }, meter(one.credit, one.low, one.high))]))) : make("p", { class: "ntl-quiet" }, "No answer has one yet."),
  ];
}

function resultView(found, look) {
  const { mean, defined, bars, items } = found;
  const two = (value) => value.toFixed(2);
  const range = (one) => (one.low === null ? "" : ` (95 % interval ${two(one.low)} to ${two(one.high)})`);
  const against = bars.map((one) => (one.sure ? `at or above ${two(one.bar)}, interval included` : one.reached ? `above ${two(one.bar)}, but the interval reaches below it`
    : mean.high !== null && mean.high >= one.bar ? `below ${two(one.bar)}, but the interval reaches it` : `below ${two(one.bar)}`));
  const x = (share) => 10 + share * 540;
  const [low, high] = [mean.low ?? mean.value, mean.high ?? mean.value];
  return [
    make("p", { class: "score" }, make("b", {}, two(mean.value)), ` mean agreement over ${mean.n} clips${range(mean)}`),
    draw("svg", { class: "chart", viewBox: "0 0 560 64", role: "img", "aria-label": `${two(mean.value)} on a scale from 0 to 1; bars at ${bars.map((one) => two(one.bar)).join(" and ")}` },
      draw("line", { class: "rule", x1: x(0), x2: x(1), y1: 34, y2: 34 }),
      bars.map((one, at) => [draw("line", { class: "bound", x1: x(one.bar), x2: x(one.bar), y1: 20, y2: 48 }),
        draw("text", { x: x(one.bar) + (at ? 3 : -3), y: 14, class: at ? "" : "end" }, `${two(one.bar)} ${one.name}`)]).flat(),
      draw("line", { class: "span", x1: x(low), x2: x(high), y1: 34, y2: 34 }), draw("circle", { cx: x(mean.value), cy: 34, r: 6 }),
      [0, 1].map((share) => draw("text", { x: x(share), y: 60, class: share ? "end" : "" }, String(share)))),
    make("p", {}, `This is ${against.join(", and ")}. ${bars.map((one) => `${two(one.bar)} is ${one.source}`).join("; ")}.`),
    make("p", { class: "ntl-quiet" }, `${found.note} Without them: ${defined.value === null ? "–" : two(defined.value)}${range(defined)}. By difficulty: `,
      Object.entries(found.levels).map(([name, value]) => `${name} ${two(value)}`).join(", "), "."),
    limitsView(found.limits),
    table("Codes", ["code", "in the keys", "found", "missed", "added"],
      Object.entries(found.codes).map(([code, one]) => [`AU${code}`, String(one.criterion), String(one.found), String(one.missed), String(one.added)])),
    table("Clips", ["clip", "key", "yours", "agreement", ""],
      items.map((one, at) => [String(at + 1), loose(one.key), loose(one.given), one.empty ? "1.00, both empty" : two(one.agreement),
        make("button", { type: "button", "data-key": `look${at}`, onclick: () => look(one) }, "Look", make("span", { class: "ntl-aloud" }, ` at clip ${at + 1}`))])),
  ];
}
