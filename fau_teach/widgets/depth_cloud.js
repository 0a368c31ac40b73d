// Depth cloud. Python made the depth maps; here they are subtracted, coloured and turned.
const RAMP = [[0, 34, 78], [65, 77, 107], [124, 123, 120], [187, 175, 113], [254, 232, 56]]; // dark to bright
const [SPAN, DEEP] = [250, 80]; // millimetres across the picture, and from bright to dark
const NAMES = { depth: "Depth", r: "r, length", theta: "θ, azimuth", phi: "φ, elevation", all: "r, θ, φ as red, green, blue" };

const unpack = (text, Kind) => new Kind(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);

// Points of a map of raw depth, x right, y down, z forward [mm].
function lift(raw, pixels, [f, cx, cy, width, units], rounded) {
  return pixels.map((pixel) => {
    const z = rounded ? Math.floor(raw[pixel] / units + 0.5) : raw[pixel] / units;
    return [((pixel % width) - cx) / f * z, (Math.floor(pixel / width) - cy) / f * z, z];
  });
}

// Length, azimuth, elevation; as printed NaN where nothing moves.
function spherical([x, y, z], printed) {
  const [flat, r] = [Math.hypot(x, y), Math.hypot(x, y, z)];
  return printed ? [r, Math.atan(y / x), Math.atan(z / flat)] : r ? [r, Math.atan2(y, x), Math.atan2(z, flat)] : [0, 0, 0];
}

// Three channels from 0 to 1, and the values at which each begins and ends.
function channels(motion, printed) {
  const filled = motion.map((row) => row.map((value) => value || 0)); // NaN, too
  const all = [0, 1, 2].map((k) => filled.map((row) => row[k]));
  const ends = printed ? all.map((values) => [Math.min(...values), Math.max(...values)])
    : [[0, Math.max(...all[0])], [-Math.PI, Math.PI], [-Math.PI / 2, Math.PI / 2]];
  return { ends, shades: filled.map((row) => row.map((value, k) => (printed || row[0] ? (value - ends[k][0]) / (ends[k][1] - ends[k][0] || 1) : 0))) };
}

function ramp(share) {
  const [at, part] = [Math.min(3, Math.floor(share * 4)), share * 4 - Math.min(3, Math.floor(share * 4))];
  return RAMP[at].map((low, k) => Math.round(low + part * (RAMP[at + 1][k] - low)));
}

function render({ model, el }) {
  const figure = panel({ model, el }, "depth-cloud", ["clip", "colour", "variant", "rounded", "frame", "yaw", "pitch"]);
  const { state, data, set, root } = figure;
  const onset = unpack(data.onset, Uint16Array);
  const pixels = [...onset.keys()].filter((pixel) => onset[pixel]);
  const clips = Object.fromEntries(data.clips.map(({ id, at, change }) => [id, { at: unpack(at, Uint16Array), change: unpack(change, Int16Array) }]));
  const [canvas, words, legend] = [make("canvas", { role: "img" }), make("p", { class: "summary" }), make("p", { class: "ntl-quiet note" })];
  const tell = () => figure.say(words.textContent);
  const act = (name) => (value) => { set({ [name]: value }); tell(); };
  let [timer, held, waiting] = [];
  const run = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(() => (root.isConnected && state.frame < data.apex ? set({ frame: state.frame + 1 }) : run(false)), 250) : 0;
    play.textContent = on ? "Pause" : "Play";
    if (on && state.frame === data.apex) set({ frame: 0 });
  };
  const turn = (...angles) => set(Object.fromEntries([["yaw", 90], ["pitch", 60]].map(([name, most], k) => [name, Math.round(Math.max(-most, Math.min(most, angles[k])))])));
  const clip = buttons("Clip", data.clips.map(({ id, title }) => [id, title]), act("clip"));
  const colour = chooser("Colour", Object.entries(NAMES), act("colour"));
  const variant = buttons("Angles and colours", [["used", "as used"], ["printed", "as printed"]], act("variant"));
  const steps = buttons("Depth", [["", "exact"], ["1", "in steps of 1 mm"]], (value) => act("rounded")(!!value));
  const time = slider("Frame", { min: 0, max: data.apex, step: 1 }, (value) => { run(false); set({ frame: value }); }, tell);
  const play = make("button", { type: "button", class: "play", onclick: () => run(!timer) }, "Play");
  const yaw = slider("Turn", { min: -90, max: 90, step: 5 }, (value) => turn(value, state.pitch), tell);
  const pitch = slider("Tilt", { min: -60, max: 60, step: 5 }, (value) => turn(state.yaw, value), tell);
  fill(canvas, {
    onpointerdown({ clientX, clientY, pointerId }) { held = [clientX, clientY, state.yaw, state.pitch]; canvas.setPointerCapture(pointerId); },
    onpointermove({ clientX, clientY }) { if (held) turn(held[2] + (clientX - held[0]) / 2, held[3] - (clientY - held[1]) / 2); },
    onpointerup() { held = null; }, onpointercancel() { held = null; },
  }, []);
  function paint(points, shades) {
    const side = Math.round((canvas.clientWidth || 300) * Math.min(devicePixelRatio || 1, 2));
    Object.assign(canvas, { width: side, height: Math.round(side * 1.1) });
    const [scale, brush, a, b] = [side / SPAN, canvas.getContext("2d"), (state.yaw * Math.PI) / 180, (state.pitch * Math.PI) / 180];
    const size = Math.ceil(620 / data.camera[0] * scale) + 1; // as far apart as pixels are at 620 mm
    points.map(([x, y, depth], k) => {
      const [far, z] = [depth - 640, x * Math.sin(a) + (depth - 640) * Math.cos(a)];
      return [x * Math.cos(a) - far * Math.sin(a), y * Math.cos(b) + z * Math.sin(b), z * Math.cos(b) - y * Math.sin(b), k];
    }).sort((one, other) => other[2] - one[2]).forEach(([x, y, , k]) => {
      brush.fillStyle = `rgb(${shades[k]})`;
      brush.fillRect(canvas.width / 2 + x * scale - size / 2, canvas.height / 2 + y * scale - size / 2, size, size);
    });
  }

  figure.show = () => {
    const [now, { at, change }] = [onset.slice(), clips[state.clip]];
    if (state.frame) at.forEach((pixel, k) => { now[pixel] += change[(state.frame - 1) * at.length + k]; });
    const [printed, [before, points]] = [state.variant === "printed", [onset, now].map((raw) => lift(raw, pixels, data.camera, state.rounded))];
    const motion = points.map((point, k) => spherical(point.map((value, axis) => value - before[k][axis]), printed));
    const { shades, ends } = channels(motion, printed);
    const near = Math.min(...before.map((p) => p[2]));
    const [moved, which] = [motion.filter(([r]) => r).length, ["r", "theta", "phi"].indexOf(state.colour)];
    const colours = points.map((point, k) => (state.colour === "depth" ? ramp(Math.min(1, Math.max(0, (near + DEEP - point[2]) / DEEP)))
      : which < 0 ? shades[k].map((share) => Math.round(255 * share)) : !printed && !motion[k][0] ? [214, 214, 214] : ramp(shades[k][which])));
    const [moment, greatest] = [state.frame ? state.frame === data.apex ? "◆ apex" : `frame ${state.frame}` : "▲ onset", Math.max(...motion.map(([r]) => r))];
    const number = (value, k) => (k ? `${Math.round((value * 180) / Math.PI)}°` : `${value.toFixed(2)} mm`).replace("-", "−");
    [[clip, state.clip], [colour, state.colour], [variant, state.variant], [steps, state.rounded ? "1" : ""], [time, state.frame, moment],
      [yaw, state.yaw, `${state.yaw}°`], [pitch, state.pitch, `${state.pitch}°`]].forEach(([one, ...what]) => one.mark(...what));
    words.textContent = `${moment[0].toUpperCase()}${moment.slice(1)}: the depth of ${moved} of ${points.length} pixels changed; the longest r is ${greatest.toFixed(2)} mm.`;
    legend.textContent = state.colour === "depth" ? `Bright: ${near.toFixed(0)} mm from the camera; dark: ${(near + DEEP).toFixed(0)} mm and more.`
      : which < 0 ? `Red, green, blue: r, θ, φ ${printed ? "from their least to their greatest value" : "over their whole range; black: no motion"}.`
        : `Dark to bright: ${ends[which].map((end) => number(end, which)).join(" to ")}${printed ? "." : "; pale grey: no motion."}`;
    canvas.setAttribute("aria-label", `Point cloud of a face. ${words.textContent} ${legend.textContent}`);
    Object.assign(root.dataset, { moved, greatest, shades: [0, 1, 2].map((k) => shades.reduce((sum, row) => sum + row[k], 0) / shades.length) });
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => paint(points, colours));
  };

  figure.start(make("div", { class: "halves" }, make("div", {}, canvas, legend),
    make("div", { class: "controls" }, clip.box, colour.box, variant.box, steps.box, time.box, play, yaw.box, pitch.box)), words);
  new ResizeObserver(() => figure.show()).observe(root);
  return () => run(false);
}

export default { render };
