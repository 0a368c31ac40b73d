// One WebGL2 context for every face of the page. A card asks for a picture of its size and gets
// it copied into its own 2D canvas, so sixty cards cost one context.
const SAMPLES = 4;
const NEAR = 200;
const FAR = 2000;
const VIEW = { distance: 1000, width: 236, height: 292, centre: [0, -10, -75] }; // Camera.portrait
const CAMERA_GLSL = `#version 300 es
uniform mat3 turn; uniform vec3 centre; uniform vec4 lens; uniform vec2 depth;
vec4 seen(vec3 p, float nearer) {
  vec3 v = turn * (p - centre);
  v.z -= lens.z - nearer;
  return vec4(lens.xy * v.xy, depth.x * v.z + depth.y, -v.z);
}
`;
const FACE_VERTEX = `${CAMERA_GLSL}
layout(location = 0) in vec3 position; layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 strain; layout(location = 3) in vec2 uv;
layout(location = 4) in vec4 skin; layout(location = 5) in vec2 lids;
layout(location = 6) in vec4 first; layout(location = 7) in vec4 second;
out vec3 v_position, v_normal; out vec2 v_uv; out vec4 v_skin, v_move, v_first, v_second;
uniform float nearer;
void main() {
  v_position = position; v_normal = normal; v_uv = uv; v_skin = skin; v_move = vec4(lids, strain);
  v_first = first; v_second = second;
  gl_Position = seen(position, nearer);
}`;
// Muscles with two nerve branches are striped in both colours.
const STRIPES = `in vec4 v_first; in vec4 v_second;
#define v_overlay (fract((v_uv.x + v_uv.y) * 0.16) < 0.5 ? v_first : v_second)`;
const LINE_VERTEX = `${CAMERA_GLSL}
layout(location = 0) in vec3 start; layout(location = 1) in vec3 end; layout(location = 2) in vec3 tint;
uniform vec2 size; uniform float wide; out vec3 colour;
void main() {
  vec4 a = seen(start, 1.5), b = seen(end, 1.5), here = gl_VertexID < 2 ? a : b;
  vec2 along = normalize((b.xy / b.w - a.xy / a.w) * size + vec2(1e-6, 0.0));
  vec2 aside = vec2(-along.y, along.x) / size * wide * float((gl_VertexID & 1) * 2 - 1);
  gl_Position = here + vec4(aside * here.w, 0.0, 0.0);
  colour = tint;
}`;
const LINE_FRAGMENT = `#version 300 es
precision highp float; in vec3 colour; out vec4 pixel;
void main() { pixel = vec4(colour, 1.0); }`;
const WIRE_FRAGMENT = `#version 300 es
precision highp float; out vec4 pixel;
void main() { pixel = vec4(0.0, 0.0, 0.0, 0.4); }`;

// Rows of the matrix from the head frame to the viewer's, as in Camera.rotation.
function turnRows(yaw, pitch, roll) {
  const [sy, sp, sr] = [yaw, -pitch, -roll].map((angle) => Math.sin(angle * RADIANS));
  const [cy, cp, cr] = [yaw, -pitch, -roll].map((angle) => Math.cos(angle * RADIANS));
  return [
    [cr * cy - sr * sp * sy, -sr * cp, cr * sy + sr * sp * cy],
    [sr * cy + cr * sp * sy, cr * cp, sr * sy - cr * sp * cy],
    [-cp * sy, sp, cp * cy],
  ];
}

// A vector of the viewer's frame in the head frame.
const untwist = (rows, v) => [0, 1, 2].map((k) => rows[0][k] * v[0] + rows[1][k] * v[1] + rows[2][k] * v[2]);

class Studio {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.restored = new Set();
    this.gl = this.canvas.getContext("webgl2", { antialias: false, powerPreference: "low-power" });
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => { this.forget(); this.restored.forEach((call) => call()); });
    this.forget();
  }

  forget() {
    this.programs = new Map();
    this.meshes = new WeakMap();
    this.frame = null;
  }

  usable() { return Boolean(this.gl) && "DecompressionStream" in globalThis; }

  onRestored(call) {
    this.restored.add(call);
    return () => this.restored.delete(call);
  }

  program(vertex, fragment) {
    const key = vertex + fragment;
    if (!this.programs.has(key)) {
      const { gl } = this;
      const program = gl.createProgram();
      for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
        const shader = gl.createShader(kind);
        gl.shaderSource(shader, text);
        gl.compileShader(shader);
        gl.attachShader(program, shader);
      }
      gl.linkProgram(program);
      if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
        throw new Error(`shader: ${gl.getProgramInfoLog(program)}`);
      }
      const places = new Map();
      const at = (name) => {
        if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
        return places.get(name);
      };
      this.programs.set(key, { program, at });
    }
    return this.programs.get(key);
  }

  // Buffers of one face; the first changes with every pose.
  mesh(face) {
    if (!this.meshes.has(face)) {
      const { gl } = this;
      const mesh = { face: gl.createVertexArray(), lines: gl.createVertexArray() };
      const fill = (name, target, data) => {
        mesh[name] = gl.createBuffer();
        gl.bindBuffer(target, mesh[name]);
        if (data) gl.bufferData(target, data, gl.STATIC_DRAW);
      };
      const point = (place, width, kind, stride, offset, divisor = 0) => {
        gl.enableVertexAttribArray(place);
        gl.vertexAttribPointer(place, width, kind, kind === gl.UNSIGNED_BYTE, stride, offset);
        gl.vertexAttribDivisor(place, divisor);
      };
      fill("wire", gl.ELEMENT_ARRAY_BUFFER, face.edges());
      gl.bindVertexArray(mesh.face);
      fill("triangles", gl.ELEMENT_ARRAY_BUFFER, face.triangles);
      fill("moving", gl.ARRAY_BUFFER, null);
      [[0, 3, 0], [1, 3, 12], [2, 2, 24]].forEach(([place, width, at]) => point(place, width, gl.FLOAT, 32, at));
      fill("still", gl.ARRAY_BUFFER, face.surface());
      [[3, 2, 0], [4, 4, 8], [5, 2, 24]].forEach(([place, width, at]) => point(place, width, gl.FLOAT, 32, at));
      fill("overlay", gl.ARRAY_BUFFER, null);
      [[6, 0], [7, 4]].forEach(([place, at]) => point(place, 4, gl.UNSIGNED_BYTE, 8, at));
      gl.bindVertexArray(mesh.lines);
      fill("fibres", gl.ARRAY_BUFFER, null);
      [0, 1, 2].forEach((place) => point(place, 3, gl.FLOAT, 36, 12 * place, 1));
      gl.bindVertexArray(null);
      this.meshes.set(face, mesh);
    }
    return this.meshes.get(face);
  }

  // The picture is drawn with four samples a pixel and then copied down; grows, never shrinks.
  target(width, height) {
    const { gl, canvas } = this;
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(width, canvas.width);
      canvas.height = Math.max(height, canvas.height);
      this.frame = null;
    }
    if (!this.frame) {
      this.frame = gl.createFramebuffer();
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
      for (const [kind, place] of [[gl.RGBA8, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]]) {
        const buffer = gl.createRenderbuffer();
        gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
        gl.renderbufferStorageMultisample(gl.RENDERBUFFER, SAMPLES, kind, canvas.width, canvas.height);
        gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, buffer);
      }
    }
    return this.frame;
  }

  // Draw a posed face and copy it into `card`, a 2D canvas.
  paint(card, face, options) {
    const { gl } = this;
    if (gl.isContextLost()) return;
    const started = performance.now();
    const { width, height } = card;
    const focal = VIEW.distance * Math.min(height / VIEW.height, width / VIEW.width);
    const rows = turnRows(options.yaw || 0, options.pitch || 0, options.roll || 0);
    const mesh = this.mesh(face);
    const frame = this.target(width, height);
    const smooth = options.smooth !== false;
    gl.bindFramebuffer(gl.FRAMEBUFFER, smooth ? frame : null);
    gl.viewport(0, 0, width, height);
    gl.clearColor(...(options.classes ? [0, 0, 0] : face.header.shading.background), 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);

    gl.bindBuffer(gl.ARRAY_BUFFER, mesh.moving);
    gl.bufferData(gl.ARRAY_BUFFER, face.vertices, gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, mesh.overlay);
    gl.bufferData(gl.ARRAY_BUFFER, face.overlay(options.colouring || "skin", options.data), gl.DYNAMIC_DRAW);
    const uploaded = performance.now();

    const use = ({ program, at }) => {
      gl.useProgram(program);
      gl.uniformMatrix3fv(at("turn"), true, rows.flat());
      gl.uniform3fv(at("centre"), VIEW.centre);
      gl.uniform4f(at("lens"), (2 * focal) / width, (2 * focal) / height, VIEW.distance, 0);
      gl.uniform2f(at("depth"), (NEAR + FAR) / (NEAR - FAR), (2 * NEAR * FAR) / (NEAR - FAR));
      return at;
    };
    const { shading } = face.header;
    let at = use(this.program(FACE_VERTEX, shading.source.replace("in vec4 v_overlay;", STRIPES)));
    gl.uniform1i(at("mode"), options.classes ? 1 : 0);
    gl.uniform1f(at("nearer"), 0);
    gl.bindVertexArray(mesh.face);
    const view = { rows, position: untwist(rows, [0, 0, VIEW.distance]).map((x, k) => x + VIEW.centre[k]),
      footprint: VIEW.distance / focal, light: options.light ?? 1 };
    for (const piece of face.pieces) {
      gl.uniform1i(at("material"), shading.materials.indexOf(piece.material));
      gl.uniform4fv(at("U"), face.uniforms(piece, view));
      gl.drawElements(gl.TRIANGLES, piece.count, gl.UNSIGNED_INT, 4 * piece.first);
    }
    if (options.wire) {
      at = use(this.program(FACE_VERTEX, WIRE_FRAGMENT));
      gl.uniform1f(at("nearer"), 0.6);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, mesh.wire);
      gl.drawElements(gl.LINES, face.edges().length, gl.UNSIGNED_INT, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, mesh.triangles);
      gl.disable(gl.BLEND);
    }
    if (options.muscles) {
      const fibres = face.fibres(options.colouring === "nerves" ? options.data : null);
      at = use(this.program(LINE_VERTEX, LINE_FRAGMENT));
      gl.uniform2f(at("size"), width, height);
      gl.uniform1f(at("wide"), Math.max(1.2, width / 260));
      gl.bindVertexArray(mesh.lines);
      gl.bindBuffer(gl.ARRAY_BUFFER, mesh.fibres);
      gl.bufferData(gl.ARRAY_BUFFER, fibres, gl.DYNAMIC_DRAW);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, fibres.length / 9);
    }
    gl.bindVertexArray(null);
    if (smooth) {
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, frame);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    }
    const bottom = this.canvas.height - height;
    card.getContext("2d").drawImage(this.canvas, 0, bottom, width, height, 0, 0, width, height);
    Object.assign(face.timing, { upload: uploaded - started, draw: performance.now() - uploaded });
  }
}

// Figures are modules of their own; what they share lives with the page.
const SHARED = Symbol.for("nerve-to-label face view 1");
const shared = () => (globalThis[SHARED] ||= { faces: new Map() });
const studio = () => (shared().studio ||= new Studio());
function sharedFace(text) {
  const { faces } = shared();
  if (!faces.has(text)) faces.set(text, inflate(text).then((buffer) => new FaceGeometry(readFace(buffer))));
  return faces.get(text);
}

const lite = () => /^(.*\/)lite\//.exec(location.pathname)?.[1]; // JupyterLite lies in the book: its root

// The packed face: sent by the kernel of a live notebook, or in a script that a page's figures share.
function packedFace(model) {
  if (model.get("pack")) return Promise.resolve(model.get("pack"));
  if (model.send && !lite()) {
    return new Promise((resolve) => {
      model.on("change:pack", () => resolve(model.get("pack")));
      model.send("face");
    });
  }
  const name = model.get("face");
  const faces = globalThis.nerveToLabelFaces ||= {};
  return faces[name] ||= siteScript(`faces/${name}`).then(() => faces[`${name} data`]);
}

// Data of the site in a script, which a page on disk may load, too.
function siteScript(name) {
  return new Promise((resolve, reject) => {
    const root = lite() || document.documentElement.dataset.content_root || "./";
    const script = Object.assign(document.createElement("script"), { src: `${root}_static/${name}.js` });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`the site has no ${name}.js`));
    document.head.append(script);
  });
}

// For tests: one pose drawn without antialiasing; positions, pixels and times.
function probe(face, { scores = [], modes = {}, width = 540, height = 668, ...options }, data) {
  const card = Object.assign(document.createElement("canvas"), { width, height });
  face.pose(new Map(scores), modes);
  studio().paint(card, face, { smooth: false, data, ...options });
  const pick = (values, count, stride) => Float32Array.from({ length: 3 * count }, (_, i) =>
    values[Math.floor(i / 3) * stride + (i % 3)]);
  return {
    level1: pick(face.state, face.size, 3), level2: pick(face.vertices, face.count, STRIDE),
    pixels: card.getContext("2d").getImageData(0, 0, width, height).data, timing: { ...face.timing },
  };
}
