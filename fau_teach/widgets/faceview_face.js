// A packed face: decoding, posing at level 1, one Loop subdivision. The order and the weights are
// those of fau_teach.face, and a page test compares the two vertex by vertex.
const SECTION = { u1: Uint8Array, i2: Int16Array, u2: Uint16Array };
const PLANES = 5; // dx, dy, dz and the compressions along u and along v
const STRIDE = 8; // position, normal, compressions: what the vertex shader reads
const STILL = 8; // attributes that no pose changes: the shader's fields from the seventh on
const FIRST_SLOT = 6;
const RADIANS = Math.PI / 180;

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function readFace(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const raw = ({ at, type, shape }) =>
    new SECTION[type](buffer, 4 + size + at, shape.reduce((a, b) => a * b, 1));
  const get = (place) => Float32Array.from(raw(place), (value) => value * place.step);
  return { header, raw, get };
}

// One step of Loop subdivision: old vertices, then one per edge, edges in ascending order.
function loopStep(faces, size) {
  const key = (a, b) => (a < b ? a * size + b : b * size + a);
  const keys = new Set();
  for (let f = 0; f < faces.length; f += 3) {
    for (let k = 0; k < 3; k += 1) keys.add(key(faces[f + k], faces[f + ((k + 1) % 3)]));
  }
  const order = Float64Array.from(keys).sort();
  const edge = new Map(Array.from(order, (one, index) => [one, index]));
  const count = order.length;
  const opposite = new Int32Array(2 * count).fill(-1);
  const finer = new Uint32Array(4 * faces.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f], faces[f + 1], faces[f + 2]];
    const [ab, bc, ca] = [[a, b, c], [b, c, a], [c, a, b]].map(([p, q, far]) => {
      const e = edge.get(key(p, q));
      opposite[2 * e + (opposite[2 * e] < 0 ? 0 : 1)] = far;
      return size + e;
    });
    finer.set([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca], 4 * f);
  }
  const near = Array.from({ length: size }, () => []);
  const rim = Array.from({ length: size }, () => []);
  const ends = Array.from(order, (one) => [Math.floor(one / size), one % size]);
  ends.forEach(([a, b], e) => {
    for (const lists of opposite[2 * e + 1] < 0 ? [near, rim] : [near]) {
      lists[a].push(b);
      lists[b].push(a);
    }
  });
  const start = new Uint32Array(size + count + 1);
  const index = [];
  const weight = [];
  const put = (vertex, share) => { index.push(vertex); weight.push(share); };
  for (let v = 0; v < size; v += 1) {
    const n = near[v].length;
    if (rim[v].length) {
      put(v, 3 / 4);
      rim[v].forEach((other) => put(other, 1 / 8));
    } else {
      const share = n === 3 ? 3 / 16 : 3 / (8 * n);
      put(v, n ? 1 - n * share : 1);
      near[v].forEach((other) => put(other, share));
    }
    start[v + 1] = index.length;
  }
  ends.forEach(([a, b], e) => {
    const inner = opposite[2 * e + 1] >= 0;
    put(a, inner ? 3 / 8 : 1 / 2);
    put(b, inner ? 3 / 8 : 1 / 2);
    if (inner) { put(opposite[2 * e], 1 / 8); put(opposite[2 * e + 1], 1 / 8); }
    start[size + e + 1] = index.length;
  });
  return { start, index: Uint16Array.from(index), weight: Float32Array.from(weight),
    faces: finer, size: size + count, ends };
}

// Take `width` values a vertex to the finer level: from every `step` places to every `stride`.
function carry({ start, index, weight, size }, values, width, out, stride = width, offset = 0, step = width, from = 0) {
  for (let k = 0; k < width; k += 1) {
    for (let v = 0; v < size; v += 1) {
      let sum = 0;
      for (let i = start[v]; i < start[v + 1]; i += 1) sum += weight[i] * values[index[i] * step + from + k];
      out[v * stride + offset + k] = sum;
    }
  }
  return out;
}

// Two coordinates turned from the second towards the first.
function turnPair(points, a, b, angle, atA, atB) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [p, q] = [points[a] - atA, points[b] - atB];
  points[a] = p * c + q * s + atA;
  points[b] = q * c - p * s + atB;
}

// The geometry of one face: pose() leaves positions, normals and compressions in `vertices`.
class FaceGeometry {
  constructor({ header, raw, get }) {
    const { base, parts, contact } = header;
    this.header = header;
    this.size = base.vertices.shape[0];
    this.mirror = raw(header.mirror);
    const cage = raw(base.faces);
    const size = 1 + cage.reduce((most, v) => Math.max(most, v), 0);
    const { ends, faces: coarse } = loopStep(cage, size);
    this.parents = ends;
    this.level = loopStep(coarse, this.size);
    this.columns = this.readColumns(raw);
    this.actions = new Map(header.actions.map(([code, side, parts]) => [`${code}/${side}`, Object.entries(parts)]));
    const meeting = (one) => one && { pairs: raw(one.pairs), rows: raw(one.rows), left: raw(one.left),
      share: get(one.share), follow: get(one.follow), overlap: get(one.overlap) };
    this.lips = meeting(contact);
    this.lids = meeting(contact.lids);
    this.muscles = header.overlay && { ...header.overlay, corners: raw(header.overlay.corners),
      weights: get(header.overlay.weights), owner: raw(header.overlay.owner), hold: get(header.overlay.hold) };

    // What is posed like skin: its vertices, then those of parts that are bound to some of them.
    const bound = parts.filter(({ bind }) => bind);
    this.source = Uint16Array.from([...Array(this.size).keys(), ...bound.flatMap(({ bind }) => [...raw(bind)])]);
    this.rest = Float32Array.from([base, ...bound].flatMap(({ vertices }) => [...get(vertices)]));
    this.weights = {};
    for (const name of ["lid_upper", "lid_lower", "jaw", "head"]) {
      const values = get(base.attributes[name]);
      this.weights[name] = Float32Array.from(this.source, (v) => values[v]);
    }
    this.moved = new Float32Array(this.size * PLANES);
    this.state = new Float32Array(this.source.length * 3);
    this.way = new Float32Array(this.size); // from rest, head motion left out [mm]

    // What is drawn: the skin at level 2, then part after part.
    const triangles = [this.level.faces];
    this.pieces = [{ name: "skin", material: "skin", motion: "head", attributes: base.attributes, first: 0,
      count: this.level.faces.length, at: 0, size: this.level.size }];
    this.count = this.level.size;
    let own = this.size;
    for (const part of parts) {
      const faces = Uint32Array.from(raw(part.faces), (index) => index + this.count);
      const size = part.vertices.shape[0];
      const flesh = part.motion === "tongue" && Object.fromEntries(["out", "left", "right"].map((way) =>
        [way, get(part.attributes[`tongue_${way}`])]));
      this.pieces.push({ ...part, flesh, rest: get(part.vertices), at: this.count, size, first: this.pieces.at(-1).first
        + this.pieces.at(-1).count, count: faces.length, own: part.bind && own });
      if (part.bind) own += size;
      triangles.push(faces);
      this.count += size;
    }
    this.triangles = Uint32Array.from(triangles.flatMap((one) => [...one]));
    this.vertices = new Float32Array(this.count * STRIDE);
    this.get = get;
    this.timing = {};
  }

  // Activations of columns and values of modes, as fau_teach.face.actions.mix has them.
  mix(scores, extra) {
    const { limits, rules, gaze } = this.header.mixing;
    const on = { left: new Map(), right: new Map(), "": new Map() };
    // Side by side, since resting tone and score may name different sides of one code.
    const each = (code, side) =>
      side === "both" && this.actions.has(`${code}/left`) ? ["left", "right"] : [side];
    const wanted = new Map();
    for (const [key, value] of scores) {
      const [code, side] = key.split("/");
      for (const one of each(code, side)) {
        wanted.set(`${code}/${one}`, Math.max(wanted.get(`${code}/${one}`) || 0, value));
      }
    }
    for (const [code, side, value] of this.header.tone) {
      for (const one of each(code, side)) {
        wanted.set(`${code}/${one}`, value + (wanted.get(`${code}/${one}`) || 0) * (1 - value));
      }
    }
    for (const [key, value] of wanted) {
      const [code, side] = key.split("/");
      for (const one of side === "both" ? ["left", "right"] : [side]) {
        on[one].set(code, Math.max(on[one].get(code) || 0, value));
        if (value >= (on[""].get(code)?.value || 0)) on[""].set(code, { value, side });
      }
    }
    const total = { ...extra };
    for (const side of ["left", "right", ""]) {
      const made = {};
      const level = (code) => (side ? on[side].get(code) : on[""].get(code)?.value) || 0;
      for (const code of on[side].keys()) {
        const own = side || on[""].get(code).side;
        const known = this.actions.get(`${code}/${own}`) || this.actions.get(`${code}/both`);
        for (const [part, amount] of known || []) {
          if ((part.match(/_(left|right)$/)?.[1] || "") !== side) continue;
          const was = made[part] || 0;
          made[part] = was + level(code) * amount * (part in limits ? 1 : 1 - was);
        }
      }
      for (const { codes, any, unless, rule, part, amount } of rules) {
        const name = side && !(part in limits) ? `${part}_${side}` : part;
        const together = Math.min(1, ...codes.map(level)) * (any.length ? Math.max(...any.map(level)) : 1);
        const strength = together * (1 - Math.max(0, ...unless.map(level)));
        if (!strength || (part in limits) !== !side) continue;
        const was = made[name] || 0;
        made[name] = was + (rule === "scale" ? -was : 1) * amount * strength;
      }
      for (const [name, value] of Object.entries(made)) total[name] = (total[name] || 0) + value;
    }
    const modes = Object.fromEntries(Object.keys(limits).map((name) => [name, total[name] || 0]));
    for (const [lid, [up, down]] of Object.entries(gaze)) {
      for (const side of ["left", "right"]) {
        const name = `lid_${lid}_${side}`;
        modes[name] += (modes.gaze_y < 0 ? down : up) * modes.gaze_y * (1 - Math.max(modes[name], 0));
      }
    }
    for (const [name, [low, high]] of Object.entries(limits)) modes[name] = Math.min(Math.max(modes[name], low), high);
    const columns = Object.entries(total).filter(([name, value]) => value && this.columns.has(name));
    return { columns: columns.map(([name, value]) => [name, Math.min(Math.max(value, 0), 1)]), modes };
  }

  // Pose the skin at level 1, subdivide it once, move the parts, compute normals.
  pose(scores, extra = {}) {
    const started = performance.now();
    const { columns, modes } = this.mix(scores, extra);
    const { state, moved, rest, size, source } = this;
    this.modes = modes;
    moved.fill(0);
    for (const [name, activation] of columns) {
      const { where, values, sign } = this.columns.get(name);
      for (let k = 0, i = 0; k < where.length; k += 1, i += PLANES) {
        const at = where[k] * PLANES;
        moved[at] += activation * sign * values[i];
        for (let plane = 1; plane < PLANES; plane += 1) moved[at + plane] += activation * values[i + plane];
      }
    }
    state.set(rest);
    this.turnLids(modes);
    source.forEach((from, v) => { for (let k = 0; k < 3; k += 1) state[3 * v + k] += moved[from * PLANES + k]; });
    const before = state.slice(0, 3 * size);
    this.closeLids(modes);
    this.clearEyes();
    // What is bound to the skin, such as a lash, goes along.
    for (let v = size; v < source.length; v += 1) {
      for (let k = 0; k < 3; k += 1) state[3 * v + k] += state[3 * source[v] + k] - before[3 * source[v] + k];
    }
    this.turnJaw(state, 3, 0, source.length, modes, this.weights.jaw);
    this.close(this.lips);
    for (let v = 0; v < size; v += 1) {
      const [x, y, z] = [0, 1, 2].map((k) => state[3 * v + k] - rest[3 * v + k]);
      this.way[v] = Math.sqrt(x * x + y * y + z * z);
    }
    this.turnHead(state, 3, 0, source.length, modes, this.weights.head);
    const morphed = performance.now();
    carry(this.level, state, 3, this.vertices, STRIDE, 0);
    carry(this.level, moved, 2, this.vertices, STRIDE, 6, PLANES, 3);
    for (const piece of this.pieces.slice(1)) this.movePart(piece, modes);
    this.normals();
    this.timing = { morph: morphed - started, surface: performance.now() - morphed };
  }

  turnLids(modes) {
    const { state, rest } = this;
    const { lid_upper: upper, lid_lower: lower } = this.weights;
    const [, y, z] = this.header.kinematics.eye;
    for (let v = 0; v < upper.length; v += 1) {
      if (!upper[v] && !lower[v]) continue;
      const side = rest[3 * v] > 0 ? "left" : "right";
      const angle = upper[v] * modes[`lid_upper_${side}`] + lower[v] * modes[`lid_lower_${side}`];
      turnPair(state, 3 * v + 1, 3 * v + 2, angle, y, z);
    }
  }

  clearEyes() {
    const { state, size } = this;
    const { eye: [x, y, z], eye_clear: clear } = this.header.kinematics;
    for (const centre of [x, -x]) {
      for (let i = 0; i < 3 * size; i += 3) {
        const [a, b, c] = [state[i] - centre, state[i + 1] - y, state[i + 2] - z];
        const square = a * a + b * b + c * c;
        if (square >= clear * clear) continue;
        const grow = clear / Math.max(Math.sqrt(square), 1e-6);
        state[i] = centre + a * grow;
        state[i + 1] = y + b * grow;
        state[i + 2] = z + c * grow;
      }
    }
  }

  turnJaw(points, stride, from, to, modes, weights = null) {
    const { jaw_open: open, jaw_side: aside, jaw_forward: forward } = modes;
    if (!open && !aside && !forward) return;
    const { jaw_axis: [y, z], jaw_glide: [down, ahead] } = this.header.kinematics;
    for (let v = from; v < to; v += 1) {
      const weight = weights ? weights[v] : 1;
      if (!weight) continue;
      const i = v * stride;
      turnPair(points, i + 1, i + 2, -open * RADIANS * weight, y, z);
      points[i] += aside * weight;
      points[i + 1] += open * down * weight;
      points[i + 2] += (open * ahead + forward) * weight;
    }
  }

  // Edges that would cross at their mean height; a seal from 0 to 1 closes gaps as well.
  close({ pairs, rows, left, share, follow, overlap }, seal = () => 0) {
    const { state } = this;
    const half = Float32Array.from(overlap, (most, k) => {
      const cross = state[3 * pairs[2 * k + 1] + 1] - state[3 * pairs[2 * k] + 1] - most;
      return (cross > 0 ? cross : seal(pairs[2 * k]) * cross) / 2;
    });
    rows.forEach((v, k) => {
      const [a, b] = [half[left[k]], half[left[k] + 1]];
      state[3 * v + 1] += follow[k] * (a + share[k] * (b - a));
    });
  }

  closeLids(modes) {
    if (!this.lids) return;
    const { shut: [from, to] } = this.header.kinematics;
    const seals = Object.fromEntries(["left", "right"].map((side) => {
      const closed = (modes[`lid_upper_${side}`] + modes[`lid_lower_${side}`]) / 2;
      return [side, Math.min(Math.max((closed - from) / (to - from), 0), 1)];
    }));
    this.close(this.lids, (v) => seals[this.rest[3 * v] > 0 ? "left" : "right"]);
  }

  turnHead(points, stride, from, to, modes, weights = null) {
    const { head_yaw: yaw, head_pitch: pitch, head_roll: roll, head_forward: forward } = modes;
    if (!yaw && !pitch && !roll && !forward) return;
    const [x, y, z] = this.header.kinematics.neck;
    for (let v = from; v < to; v += 1) {
      const weight = weights ? weights[v] : 1;
      const i = v * stride;
      turnPair(points, i, i + 2, yaw * RADIANS * weight, x, z);
      turnPair(points, i + 1, i + 2, pitch * RADIANS * weight, y, z);
      turnPair(points, i, i + 1, roll * RADIANS * weight, x, y);
      points[i + 2] += forward * weight;
    }
  }

  turnEye(points, stride, from, to, modes, side) {
    const [x, y, z] = this.header.kinematics.eye;
    for (let i = from * stride; i < to * stride; i += stride) {
      turnPair(points, i + 1, i + 2, modes.gaze_y * RADIANS, y, z);
      turnPair(points, i, i + 2, modes.gaze_x * RADIANS, side === "left" ? x : -x, z);
    }
  }

  movePart({ motion, rest, at, size, own, flesh }, modes) {
    const { vertices } = this;
    const place = own === undefined ? rest : this.state.subarray(3 * own, 3 * (own + size));
    const { tongue_out: out, tongue_side: aside, tongue_up: up } = modes;
    for (let v = 0; v < size; v += 1) {
      for (let k = 0; k < 3; k += 1) {
        const i = 3 * v + k;
        vertices[(at + v) * STRIDE + k] = place[i] + (!flesh ? 0 : out * flesh.out[i]
          + (Math.abs(aside) / 15) * (aside > 0 ? flesh.left : flesh.right)[i] + (k === 1 ? up : 0));
      }
    }
    if (motion === "fixed" || motion === "bound") return;
    const span = [vertices, STRIDE, at, at + size, modes];
    if (motion.startsWith("eye_")) this.turnEye(...span, motion.slice(4));
    if (motion === "jaw" || motion === "tongue") this.turnJaw(...span);
    this.turnHead(...span);
  }

  // Normals weighted by area; the shader makes them one long.
  normals() {
    const { vertices: p, triangles } = this;
    for (let i = 3; i < p.length; i += STRIDE) { p[i] = 0; p[i + 1] = 0; p[i + 2] = 0; }
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [triangles[t] * STRIDE, triangles[t + 1] * STRIDE, triangles[t + 2] * STRIDE];
      const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
      const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
      const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      for (const i of [a, b, c]) { p[i + 3] += x; p[i + 4] += y; p[i + 5] += z; }
    }
  }

  // Attributes that the shader reads beside position, normal and compressions; 1 for `ao` if absent.
  surface() {
    const { slots } = this.header.shading;
    const out = new Float32Array(this.count * STILL);
    for (const { at, size, rest, attributes } of this.pieces) {
      for (let v = at; v < at + size; v += 1) out[v * STILL + slots.ao - FIRST_SLOT] = 1;
      for (const [name, place] of Object.entries(attributes)) {
        if (!(name in slots)) continue;
        const width = place.shape[1] || 1;
        let values = this.get(place);
        if (!rest) values = carry(this.level, values, width, new Float32Array(size * width));
        for (let i = 0; i < values.length; i += 1) {
          out[(at + Math.floor(i / width)) * STILL + slots[name] - FIRST_SLOT + (i % width)] = values[i];
        }
      }
    }
    return out;
  }

  // Uniforms of the shader for one piece, in the order that the header names.
  uniforms({ name: piece, motion }, { rows, position, footprint, light }) {
    const { names, values, lamps, within } = this.header.shading;
    const out = Float32Array.from(values);
    const put = (name, value) => {
      if (Array.isArray(value)) out.set(value, names.indexOf(`${name}_x`));
      else out[names.indexOf(name)] = value;
    };
    put("up", [0, 1, 0]);
    put("position", position);
    put("key", untwist(rows, lamps.key));
    put("fill", untwist(rows, lamps.fill));
    put("footprint", footprint);
    put("detail", Math.min(Math.max(1.45 - footprint, 0), 1));
    put("exposure", values[names.indexOf("exposure")] * light);
    if (within.some((one) => piece.startsWith(one))) {
      // What lies in the mouth is lit through the opened lips alone.
      const { state, lips: { pairs } } = this;
      let gap = 0;
      for (let k = 0; k < pairs.length; k += 2) gap = Math.max(gap, state[3 * pairs[k] + 1] - state[3 * pairs[k + 1] + 1]);
      put("margin_upper", Math.min(gap / this.header.shading.lit_gap, 1) * 0.3);
      put("margin_lower", 0);
    }
    if (motion.startsWith("eye_")) {
      const side = motion.slice(4);
      const [gx, gy] = [this.modes.gaze_x * RADIANS, this.modes.gaze_y * RADIANS];
      put("gaze", [Math.sin(gx) * Math.cos(gy), Math.sin(gy), Math.cos(gx) * Math.cos(gy)]);
      // Sine of the elevation of the lid margins over the centre of the eye.
      const [x, y, z] = this.header.kinematics.eye;
      for (const [name, mark] of [["margin_upper", "superius"], ["margin_lower", "inferius"]]) {
        const at = 3 * this.header.landmarks[`${side}_palpebrale_${mark}`];
        const away = [side === "left" ? x : -x, y, z].map((centre, k) => this.state[at + k] - centre);
        put(name, away[1] / Math.hypot(...away));
      }
    }
    return out;
  }

  // Sides of the skin's triangles, each once; those that end on a rim may be missing.
  edges() {
    this.wire ||= Uint32Array.from([...this.level.faces].flatMap((a, i, faces) => {
      const b = faces[i % 3 === 2 ? i - 2 : i + 1];
      return a < b ? [a, b] : [];
    }));
    return this.wire;
  }

  // Two display colours a vertex, with cover: branches of the nerve, or the way from rest.
  overlay(kind, data) {
    this.cover ||= new Uint8Array(this.count * 8);
    if (kind !== "heat" && this.covered === kind) return this.cover;
    this.covered = kind;
    this.cover.fill(0);
    const put = (v, at, [r, g, b], cover) => this.cover.set([r, g, b, 255 * cover], v * 8 + at);
    if (kind === "heat") {
      carry(this.level, this.way, 1, new Float32Array(this.level.size)).forEach((mm, v) => {
        for (const half of [0, 4]) put(v, half, ramp(STOPS, mm / HEAT_MM), 0.85 * Math.min(2 * mm, 1));
      });
    }
    if (kind === "nerves" && this.muscles) {
      const { owner, hold, muscles } = this.muscles;
      const colours = new Map(data.branches.map(([id, , colour]) => [id, rgbOf(colour)]));
      for (const half of [0, 1]) {
        const soft = new Float32Array(4 * this.size);
        for (let v = 0; v < this.size; v += 1) {
          const found = data.nerves[muscles[owner[v]]] || [];
          const cover = Math.min(hold[v] * 3, 1) * 0.72;
          const colour = colours.get(found[half % found.length]);
          if (colour) soft.set([...colour.map((x) => x * cover), cover], 4 * v);
        }
        const fine = carry(this.level, soft, 4, new Float32Array(4 * this.level.size));
        for (let v = 0; v < this.level.size; v += 1) {
          const cover = fine[4 * v + 3];
          if (cover > 0.01) put(v, 4 * half, [0, 1, 2].map((k) => fine[4 * v + k] / cover), cover);
        }
      }
    }
    return this.cover;
  }

  // Fibres on the posed skin: start, end and colour of each piece, nine floats.
  fibres(data) {
    if (!this.muscles) return new Float32Array(0);
    const { fibres, corners, weights, muscles } = this.muscles;
    const { vertices, mirror } = this;
    const out = [];
    const point = (at, other) => [0, 1, 2].map((k) => [3 * at, 3 * at + 1, 3 * at + 2].reduce((sum, c) =>
      sum + weights[c] * vertices[(other ? mirror[corners[c]] : corners[c]) * STRIDE + k], 0));
    let at = 0;
    fibres.forEach(([muscle, count], number) => {
      const nerves = data?.nerves[muscles[muscle]];
      const branch = nerves && data.branches.find(([id]) => id === nerves[number % nerves.length]);
      const colour = rgbOf(branch ? branch[2] : muscleColour(muscle)).map((x) => x / 255);
      for (const other of [false, true]) {
        let before = point(at, other);
        for (let k = 1; k < count; k += 1) {
          const now = point(at + k, other);
          out.push(...before, ...now, ...colour);
          before = now;
        }
      }
      at += count;
    });
    return Float32Array.from(out);
  }

  // A column: the vertices that it moves, their five values, and the sign of dx.
  readColumns(raw) {
    const columns = new Map();
    // Columns that hold values come before their mirror images.
    const order = [...this.header.columns].sort((a, b) => Number(!a.planes) - Number(!b.planes));
    for (const one of order) {
      if (!one.planes) {
        const twin = columns.get(one.mirror);
        columns.set(one.id, { ...twin, where: twin.where.map((v) => this.mirror[v]), sign: -twin.sign });
        continue;
      }
      const [, n] = one.planes.shape;
      const mask = raw(one.mask);
      const where = Uint16Array.from(Array(this.size).keys()).filter((v) => (mask[v >> 3] >> (v & 7)) & 1);
      const planes = raw(one.planes);
      const values = new Float32Array(n * PLANES);
      const first = this.size - this.parents.length;
      for (let plane = 0; plane < PLANES; plane += 1) {
        const step = plane < 3 ? one.planes.step : one.strain_step;
        const whole = new Int32Array(this.size);
        where.forEach((v, k) => {
          // Stored is the difference from the mean of the two vertices between which it lies.
          const [p, q] = v < first ? [0, 0] : this.parents[v - first];
          whole[v] = planes[plane * n + k] + (v < first ? 0 : (whole[p] + whole[q]) >> 1);
          values[k * PLANES + plane] = whole[v] * step;
        });
      }
      columns.set(one.id, { where, values, sign: 1 });
    }
    return columns;
  }
}

const rgbOf = (colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));

function ramp(stops, share) {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  return stops[low].map((x, k) => x + (stops[low + 1][k] - x) * (place - low));
}

// Neighbours in the list of muscles get colours far apart.
const PALETTE = ["#c1121f", "#1d70b8", "#2b8a3e", "#e67700", "#7b2cbf", "#0b7285", "#d6336c", "#5c940d",
  "#364fc7", "#f2c037", "#087f5b", "#a61e4d", "#74b816", "#862e9c", "#22b8cf", "#7f4f24"];
const muscleColour = (number) => PALETTE[number % PALETTE.length];

const SIDE_OF = { L: "left", R: "right", "": "both" };
const TRACES = { gaze_yaw: "gaze_x", gaze_pitch: "gaze_y" }; // modes; others have the trace's name

const scoreKey = (code, side) => `${code}/${side}`;

// What a clip asks for in one frame: scores of actions, and modes that no action asks for.
function clipFrame(drive, frame) {
  const scores = new Map();
  for (const [key, row] of Object.entries(drive.channels)) {
    const [code, side] = key.split("/");
    if (row[frame]) scores.set(scoreKey(code, SIDE_OF[side]), row[frame]);
  }
  const { light, ...traces } = drive.traces;
  const modes = {};
  for (const [name, row] of Object.entries(traces)) modes[TRACES[name] || name] = row[frame];
  return { scores, modes, light: light ? light[frame] : 1 };
}
