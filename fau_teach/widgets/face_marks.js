// Marks on the teaching face: arrows of the units and outlines of areas, over its picture at rest.
// Half-face coordinates in millimetres of the picture (VIEW): x grows from the midline outwards.
const SIGN = { R: -1, L: 1 }; // the subject's right is on the viewer's left
const SIDES = ["R", "L"];

// Arrow of each unit, from tail to tip.
const ARROWS = {
  1: [15, 101, 15, 83], 2: [48, 98, 50, 80], 4: [33, 108, 20, 118], 5: [33, 128, 33, 118], 6: [58, 162, 49, 147],
  7: [40, 153, 37, 145], 9: [22, 172, 18, 158], 10: [17, 198, 17, 187], 11: [28, 193, 34, 181], 12: [32, 206, 45, 190],
  13: [29, 204, 32, 188], 14: [40, 209, 32, 210], 15: [31, 214, 32, 231], 16: [19, 222, 19, 236], 17: [10, 251, 10, 238],
  18: [35, 211, 22, 211], 19: [4, 218, 4, 232], 20: [33, 211, 49, 212], 21: [32, 261, 43, 273], 22: [24, 216, 30, 223],
  23: [20, 199, 20, 207], 24: [15, 199, 15, 207], 25: [8, 214, 8, 226], 26: [24, 242, 24, 254], 27: [24, 238, 24, 257],
  28: [14, 199, 14, 208], 38: [17, 184, 25, 184], 39: [25, 184, 17, 184], 41: [33, 125, 33, 134], 42: [33, 125, 33, 136],
  43: [33, 124, 33, 137], 44: [40, 153, 37, 145], 45: [33, 124, 33, 137], 46: [33, 124, 33, 137],
};
const AREAS = {
  forehead: "M1 62 C28 59 51 64 63 83 C68 93 71 103 71 111 L61 111 C55 100 40 96 28 100 C17 103 8 108 1 110Z",
  lid: "M15 135 C20 122 44 119 51 131 L48 134 C40 126 27 126 18 136Z",
  eye: "M33 116 C55 116 63 126 62 137 C61 149 52 157 35 157 C21 157 13 150 11 140 C10 128 18 116 33 116Z M18 138 C25 145 40 145 48 134 C40 126 25 128 18 138Z",
  cheek: "M10 149 C28 163 55 162 71 146 C71 163 68 179 65 194 L42 202 C28 195 14 194 2 194 L2 190 L19 184 C20 175 15 167 9 163Z",
  mouth: "M1 198 C14 195 32 198 40 206 L61 199 C58 217 52 231 44 242 C33 251 18 256 1 256Z",
  jaw: "M71 166 C69 190 65 212 56 229 L48 218 L59 188Z",
  neck: "M14 262 C28 258 39 252 46 245 C46 256 48 267 44 282 L14 282Z",
};

const mix = (a, b, share) => a + (b - a) * share;
// Path on one side: numbers in pairs are half-face points, letters stay.
function curve(side, ...parts) {
  let across = true;
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const value = across ? VIEW.width / 2 + SIGN[side] * part : part;
    across = !across;
    return value.toFixed(1);
  }).join(" ");
}
