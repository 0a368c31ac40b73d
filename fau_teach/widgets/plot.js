// A chart: lines [kind, points], marks on both axes [value, text], and shaded spans along x.
function plot(name, [left, right], [low, high], across, up, rows, spans = []) {
  const [width, height, edge, base] = [340, 190, 46, 162];
  const x = (value) => edge + ((value - left) / (right - left)) * (width - edge - 8);
  const y = (value) => base - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (base - 18);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    spans.map(([from, to, text]) => [draw("rect", { class: "span", x: x(from), width: x(to) - x(from), y: 14, height: base - 14 }),
      draw("text", { x: x((from + to) / 2), y: 10, "text-anchor": "middle" }, text)]).flat(),
    up.map(([value, text]) => [draw("line", { class: "tick", x1: edge, x2: width - 8, y1: y(value), y2: y(value) }),
      draw("text", { x: edge - 4, y: y(value) + 4, "text-anchor": "end" }, text)]).flat(),
    across.map(([value, text]) => draw("text", { x: x(value), y: base + 18, "text-anchor": "middle" }, text)),
    rows.map(([kind, points]) => draw("polyline", { class: kind, points: points.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ") })));
}
