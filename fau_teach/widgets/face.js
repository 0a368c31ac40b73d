// The face schematic: our own drawing, from strengths of action units on each side.
// Half-face coordinates: x grows from the midline outwards, so one drawing serves both sides.
const VIEW = { width: 420, height: 440, middle: 210 };
const SIGN = { R: -1, L: 1 }; // the subject's right is on the viewer's left
const SIDES = ["R", "L"];

// Arrow of each unit, from tail to tip, in half-face coordinates.
const ARROWS = {
  1: [22, 152, 22, 130], 2: [72, 148, 76, 126], 4: [48, 160, 28, 176], 5: [48, 192, 48, 176],
  6: [90, 246, 74, 224], 7: [60, 232, 54, 220], 9: [31, 262, 25, 240], 10: [24, 302, 24, 284],
  11: [40, 294, 50, 276], 12: [47, 314, 68, 290], 13: [42, 312, 46, 286],
  14: [60, 320, 46, 321], 15: [45, 328, 47, 352], 16: [27, 340, 27, 360],
  17: [14, 390, 14, 366], 18: [52, 322, 32, 322], 19: [6, 334, 6, 354], 20: [48, 322, 74, 325],
  21: [46, 408, 64, 424], 22: [34, 330, 44, 342], 23: [28, 304, 28, 316], 24: [22, 304, 22, 317],
  25: [11, 328, 11, 345], 26: [34, 372, 34, 396], 27: [34, 366, 34, 402], 28: [20, 304, 20, 318],
  38: [24, 280, 36, 280], 39: [36, 280, 24, 280], 41: [48, 188, 48, 204], 42: [48, 188, 48, 206],
  43: [48, 186, 48, 208], 44: [60, 232, 54, 220], 45: [48, 186, 48, 208], 46: [48, 186, 48, 208],
};
const AREAS = {
  forehead: "M2 104 C40 100 78 106 98 130 C108 142 112 154 112 164 L96 164 C84 150 60 146 40 150 C24 154 12 160 2 162Z",
  lid: "M22 205 C28 182 66 178 77 198 L73 203 C60 190 38 190 26 206Z",
  eye: "M48 172 C84 172 98 190 97 208 C96 226 80 238 52 238 C30 238 18 228 16 212 C14 192 26 172 48 172Z M25 209 C36 221 60 220 72 204 C60 189 36 192 25 209Z",
  cheek: "M14 226 C40 248 84 246 112 222 C112 248 108 272 102 296 L62 308 C40 298 20 296 3 296 L3 289 L27 280 C29 266 22 254 13 248Z",
  mouth: "M2 302 C20 298 46 302 60 314 L96 304 C90 332 80 352 66 372 C48 391 26 400 2 400Z",
  jaw: "M113 252 C110 290 102 324 86 350 L72 334 L92 286Z",
  neck: "M20 410 C40 404 58 392 70 378 C70 400 72 416 66 436 L20 436Z",
};

const mix = (a, b, share) => a + (b - a) * share;
// Path on one side: numbers in pairs are half-face points, letters stay.
function curve(side, ...parts) {
  let across = true;
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const value = across ? VIEW.middle + SIGN[side] * part : part;
    across = !across;
    return value.toFixed(1);
  }).join(" ");
}

// Everything of one half that hangs on the pose: where lids, brow and mouth corner are.
function shape(side, act, hang) {
  const a = (code) => act[code + side] || 0;
  const mean = (code) => ((act[`${code}R`] || 0) + (act[`${code}L`] || 0)) / 2;
  const jaw = 13 * mean("26") + 28 * mean("27");
  const shut = Math.max(a("43"), a("45"), a("46"), 0.4 * a("41"), 0.75 * a("42"),
    0.5 * a("44"), hang.has("levator_palpebrae_superioris") ? 0.55 - 0.1 * a("5") : 0);
  const sag = hang.has("zygomaticus_major") ? 1 : 0;
  const browSag = hang.has("frontalis_medial") ? 5 : 0;
  return {
    a, jaw, shut,
    inner: -12 * a("1") - 2 * a("2") + 8 * a("4") + browSag * 0.6,
    arch: -6 * a("1") - 10 * a("2") + 6 * a("4") + browSag,
    outer: -11 * a("2") + 2 * a("4") + 2 * a("6") + browSag * 1.2,
    pinch: 6 * a("4"),
    lidUp: 6 * a("5"),
    lower: -4.5 * a("7") - 3 * a("6") - 3 * a("44")
      + (hang.has("orbicularis_oculi_palpebral") ? 2.5 : 0),
    nose: -5 * a("9") - 1.5 * a("10"),
    cornerX: 40 + 15 * a("12") + 5 * a("13") - 4 * a("14") + 2 * a("15") - 15 * a("18")
      + 14 * a("20") - 10 * a("22") - 3 * a("23") - 3 * a("24") - 3 * a("28") - 5 * mean("27"),
    cornerY: 321 - 15 * a("12") - 14 * a("13") - a("14") + 10 * a("15") + 3 * a("20")
      + 0.4 * jaw + 6 * sag,
    lift: 8 * a("10") + 3 * a("9") + 2 * a("12") + 3 * a("22"),
    part: 3.5 * a("25") + 5 * a("22") + 9 * a("16") + 4 * a("19") + jaw,
    rise: -4 * a("17"),
    full: 1 - 0.5 * a("23") - 0.45 * a("24") - 0.85 * a("28") + 0.3 * a("18") + 0.4 * a("22")
      - 0.12 * a("12") - 0.2 * a("20"),
    fold: 0.28 - 0.2 * sag + 0.6 * Math.max(a("12"), a("11"), a("10"), a("13"), 0.6 * a("9")),
  };
}

function half(side, act, hang, clip) {
  const f = shape(side, act, hang);
  const { a } = f;
  const p = (...parts) => curve(side, ...parts);
  const stroke = (kind, ...parts) => draw("path", { class: kind, d: p(...parts) });
  const faint = (strength, ...parts) => (strength < 0.04 ? null
    : draw("path", { class: "crease", d: p(...parts), opacity: Math.min(1, strength) }));
  const low = 219 + f.lower;
  const lowPoints = ["C", 36, low + 1, 61, low, 72, 204];
  const up1 = mix(196.5 - f.lidUp, low + 0.5, f.shut);
  const up2 = mix(193 - f.lidUp, low - 0.5, f.shut);
  const fissure = p("M", 24, 209, "C", 35, up1, 59, up2, 72, 204, "C", 61, low, 36, low + 1, 24, 209, "Z");
  const iris = { cx: VIEW.middle + SIGN[side] * 48, cy: 205 };
  const corner = [f.cornerX, f.cornerY];
  const wrinkles = (from, to, strength) => [124, 134, 144].map((y, row) =>
    faint(strength * (0.75 - 0.12 * row), "M", from, y + 1 - 5 * strength,
      "C", mix(from, to, 0.35), y - 3 - 5 * strength, mix(from, to, 0.7), y - 2 - 5 * strength,
      to, y + (to > 50 ? 6 : 1) - 5 * strength));
  return [
    // Eye
    draw("clipPath", { id: clip }, draw("path", { d: fissure })),
    draw("path", { class: "white", d: fissure }),
    draw("g", { "clip-path": `url(#${clip})` },
      draw("circle", { class: "iris", ...iris, r: 11 }),
      draw("circle", { class: "pupil", ...iris, r: 4.6 }),
      draw("circle", { class: "light", cx: iris.cx + 3, cy: iris.cy - 4, r: 1.8 })),
    stroke("fine", "M", 24, 209, ...lowPoints),
    stroke("lid", "M", 24, 209, "C", 35, up1, 59, up2, 73, 204.5),
    faint(0.6 - 0.35 * a("5"), "M", 27, 200 + 5 * f.shut, "C", 37, 185 + 9 * f.shut - f.lidUp * 0.4,
      60, 182 + 9 * f.shut - f.lidUp * 0.4, 76, 198 + 2 * f.shut),
    faint(0.9 * a("7") + 0.5 * a("6") + 0.5 * a("44"), "M", 30, 226, "C", 42, 231, 58, 229, 69, 221),
    faint(0.9 * a("6"), "M", 28, 238, "C", 46, 248, 70, 246, 86, 232),
    ...[-7, 0, 7].map((dy) =>
      faint(0.8 * a("6"), "M", 80, 206 + dy * 0.6, "L", 92, 205 + dy * 1.4)),
    // Brow and forehead
    draw("path", { class: "brow", d: p("M", 17 - f.pinch, 167.5 + f.inner,
      "C", 32 - f.pinch * 0.6, 162 + mix(f.inner, f.arch, 0.4), 48, 158.5 + f.arch, 62, 159.5 + f.arch,
      "C", 74, 160 + f.outer, 84, 167 + f.outer, 90, 176 + f.outer,
      "C", 80, 169 + f.outer, 72, 166 + f.outer, 62, 165.5 + f.arch,
      "C", 50, 165 + f.arch, 35 - f.pinch * 0.6, 168.5 + mix(f.inner, f.arch, 0.4),
      18 - f.pinch, 174 + f.inner, "Z") }),
    ...wrinkles(3, 40, a("1")), ...wrinkles(42, 88, a("2")),
    faint(a("4"), "M", 7, 162, "C", 5, 170, 7, 176, 9, 183),
    // Nose
    faint(0.3, "M", 12, 190, "C", 8, 206, 8, 224, 11, 240),
    ...[206, 214, 222].map((y) => faint(a("9"), "M", 3, y, "C", 7, y + 3, 11, y + 1, 15, y - 4)),
    stroke("fine", "M", 14, 259 + f.nose, "C", 23, 254 + f.nose, 29, 266 + f.nose, 25, 275 + f.nose,
      "C", 22, 281 + f.nose * 0.6, 17, 279, 13, 280),
    draw("path", { class: "nostril", d: p("M", 7, 280, "C", 9, 275.5, 16, 275, 18, 279,
      "C", 15, 281.5, 10, 281.5, 7, 280, "Z") }),
    stroke("fine", "M", 0, 286, "C", 3.5, 286, 5, 282, 8, 280.5),
    faint(0.22, "M", 5, 291, "L", 7, 301),
    // Cheek, mouth corner, chin
    faint(f.fold, "M", 28, 268 + f.nose, "C", 38 + 4 * a("12"), 277,
      46 + 0.5 * (corner[0] - 40), 290, 48 + (corner[0] - 40), 304 + 0.5 * (corner[1] - 321)),
    faint(0.7 * a("12") + a("14") + 0.6 * a("13"), "M", corner[0] + 4, corner[1] - 6,
      "C", corner[0] + 8, corner[1] - 2, corner[0] + 8, corner[1] + 4, corner[0] + 4, corner[1] + 8),
    faint(0.8 * a("15"), "M", corner[0] + 2, corner[1] + 4,
      "C", corner[0] + 4, corner[1] + 12, corner[0] + 1, corner[1] + 18, corner[0] - 4, corner[1] + 23),
    ...[[10, 0], [20, 3]].map(([x, dy]) =>
      faint(0.7 * a("18"), "M", x, 300 + dy, "L", x * 0.8, 307 + dy)),
    faint(0.4 + 0.5 * a("17"), "M", 0, 355 + f.jaw + f.rise, "C", 8, 355 + f.jaw + f.rise,
      15, 357 + f.jaw, 19, 361 + f.jaw),
    ...[[6, 371], [13, 375], [7, 381], [19, 369]].map(([x, y]) =>
      faint(0.9 * a("17"), "M", x, y + f.jaw, "L", x + 0.1, y + f.jaw)),
    ...[40, 52, 64].map((x) => faint(0.8 * a("21") + 0.5 * a("20"),
      "M", x, 408 - (x - 40) * 0.6, "L", x + 5, 434)),
    faint(0.5 * mean27(act), "M", 74, 270, "C", 68, 296, 66, 318, 70, 338),
  ];
}

const mean27 = (act) => ((act["27R"] || 0) + (act["27L"] || 0)) / 2;

function mouth(act, hangs, clip) {
  const [r, l] = SIDES.map((side) => shape(side, act, hangs[side]));
  // A stronger side draws the middle of the lips a little towards itself.
  const shift = 0.22 * (l.cornerX - r.cornerX);
  const rise = (r.rise + l.rise) / 2;
  const full = (r.full + l.full) / 2;
  const part = (r.part + l.part) / 2;
  const line = 321 + rise; // where closed lips meet
  const edge = (f, side, kind) => {
    const x = (value) => VIEW.middle + SIGN[side] * value + shift * Math.max(0, 1 - value / 40);
    const top = line - 0.6 * f.lift;
    const bottom = Math.max(top, line + f.part);
    const [cx, cy] = [f.cornerX, f.cornerY];
    const level = (y, share) => mix(y, cy, share);
    return {
      upper: [x(8), line - 14 * f.full - f.lift * 0.6, x(0.5 * cx), level(line - 11 * f.full - f.lift, 0.25), x(0.78 * cx), level(line - 5 * f.full, 0.75)],
      top: [x(0.3 * cx), top + 2.2, x(0.66 * cx), level(top, 0.4) + 1.6],
      bottom: [x(0.3 * cx), bottom + 2.4, x(0.7 * cx), level(bottom, 0.42) + 2],
      lower: [x(0.4 * cx), bottom + 17 * f.full, x(0.74 * cx), level(bottom + 13 * f.full, 0.55)],
      corner: [VIEW.middle + SIGN[side] * cx, cy],
    }[kind];
  };
  const middle = VIEW.middle + shift;
  const up = line - 0.3 * (r.lift + l.lift);
  const down = Math.max(up, line + part);
  const n = (values) => values.map((value) => value.toFixed(1)).join(" ");
  // One border from the subject's right corner to the left one, through the midline point.
  const across = (kind, y, reverse = false) => {
    const [a, b] = [[r, "R"], [l, "L"]].map(([f, side]) => {
      const [x1, y1, x2, y2] = edge(f, side, kind);
      return { near: [x1, y1], far: [x2, y2], corner: edge(f, side, "corner") };
    });
    const [first, last] = reverse ? [b, a] : [a, b];
    return `C${n([...first.far, ...first.near, middle, y])} C${n([...last.near, ...last.far, ...last.corner])}`;
  };
  const bow = () => {
    const [R, L] = [edge(r, "R", "upper"), edge(l, "L", "upper")];
    const dip = line - 10.5 * full - 0.3 * (r.lift + l.lift);
    return `C${n([R[4], R[5], R[2], R[3], R[0], R[1]])} Q${n([mix(R[0], middle, 0.5), R[1] + 0.5, middle, dip])} `
      + `Q${n([mix(L[0], middle, 0.5), L[1] + 0.5, L[0], L[1]])} C${n([L[2], L[3], L[4], L[5], ...edge(l, "L", "corner")])}`;
  };
  const start = `M${n(edge(r, "R", "corner"))}`;
  const inside = `${start} ${across("top", up)} ${across("bottom", down, true)}Z`;
  const lipLow = down + 17 * full * (1 - 0.1 * (part > 2));
  return [
    draw("clipPath", { id: clip }, draw("path", { d: inside })),
    draw("path", { class: "inside", d: inside }),
    draw("g", { "clip-path": `url(#${clip})` },
      draw("rect", { class: "teeth", x: middle - 36, y: up - 6, width: 72, height: 13, rx: 5 }),
      draw("rect", { class: "teeth", x: middle - 30, y: down - 5, width: 60, height: 12, rx: 4 }),
      draw("ellipse", { class: "tongue", cx: middle, cy: down + 4, rx: 16, ry: 6,
        opacity: Math.max(act["19R"] || 0, act["19L"] || 0) })),
    draw("path", { class: "lips", d: `${start} ${bow()} ${across("top", up, true)}Z` }),
    draw("path", { class: "lips", d: `${start} ${across("bottom", down)} ${across("lower", lipLow, true)}Z` }),
    draw("path", { class: "fine", d: `${start} ${bow()}`, opacity: 0.45 }),
    draw("path", { class: "fine", d: `${start} ${across("lower", lipLow)}`, opacity: 0.45 }),
    draw("path", { class: "lipline", d: `${start} ${across("top", up)}` }),
    part > 0.5 ? draw("path", { class: "lipline", d: `${start} ${across("bottom", down)}` }) : null,
  ];
}

function head(act) {
  const drop = 0.8 * shape("L", act, new Set()).jaw;
  const outline = (side) => curve(side, "M", 0, 24, "C", 68, 24, 116, 66, 118, 150,
    "C", 119, 190, 118, 214, 114, 244, "C", 110, 290, 102, 322, 86, 352 + drop * 0.5,
    "C", 66, 384 + drop, 38, 404 + drop, 0, 404 + drop);
  const both = (kind, ...parts) =>
    SIDES.map((side) => draw("path", { class: kind, d: curve(side, ...parts) }));
  return [
    both("hair", "M", -1, 10, "C", 84, 10, 134, 62, 131, 156, "C", 130, 182, 126, 200, 122, 214, "L", 112, 214, "L", -1, 120, "Z"),
    both("neck", "M", -1, 330, "L", 76, 330, "C", 70, 372, 70, 394, 80, 408, "C", 92, 420, 122, 426, 146, 446, "L", -1, 446, "Z"),
    both("outline", "M", 76, 356, "C", 71, 384, 71, 396, 80, 408, "C", 92, 420, 122, 426, 146, 446),
    both("ear", "M", 115, 196, "C", 128, 186, 137, 198, 134, 220, "C", 132, 244, 122, 262, 111, 258, "Z"),
    both("crease", "M", 119, 204, "C", 128, 202, 129, 216, 125, 230, "C", 123, 238, 119, 240, 117, 246),
    SIDES.map((side) => draw("path", { class: "skin", d: `${outline(side)} L${VIEW.middle - SIGN[side]} 404 V24Z` })),
    SIDES.map((side) => draw("path", { class: "outline", d: outline(side) })),
    both("hair", "M", -1, 10, "C", 84, 10, 134, 62, 131, 156, "C", 130, 172, 126, 190, 121, 204, "C", 119, 166, 112, 132, 92, 110, "C", 66, 92, 30, 90, -1, 92, "Z"),
    ...[[3, 91, 18, 60], [26, 92, 44, 56], [50, 97, 70, 66], [74, 106, 94, 80], [95, 120, 112, 98],
      [108, 140, 122, 118]].map(([x1, y1, x2, y2]) =>
      both("strand", "M", x1, y1, "C", x1 + 2, y1 - 12, x2 - 6, y2 + 8, x2, y2)),
  ].flat();
}
