// Faces by pixels, what truly moves on them, and the chosen points.
const unpack = (text, Kind) => new Kind(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
const share = (value) => (Number.isFinite(value) ? value.toFixed(2) : "–");

// grey: 0 to 255 of each cell, or null for none. moving: 1 where the skin truly moves.
// points: column and row in cells, and whether it truly moves there.
function paintFace(canvas, width, grey, moving, points) {
  const side = Math.round((canvas.clientWidth || 200) * Math.min(devicePixelRatio || 1, 2));
  const [cell, height] = [side / width, Math.ceil(grey.length / width)];
  Object.assign(canvas, { width: side, height: Math.round(height * cell) });
  const brush = canvas.getContext("2d");
  const spot = (k) => [(k % width) * cell, Math.floor(k / width) * cell];
  grey.forEach((value, k) => {
    if (value === null) return;
    brush.fillStyle = `rgb(${value},${value},${value})`;
    brush.fillRect(...spot(k), cell + 1, cell + 1);
  });
  Object.assign(brush, { strokeStyle: "#1b1f24", lineWidth: Math.max(1, side / 220) });
  brush.beginPath();
  moving.forEach((inside, k) => { // an edge wherever moving and still skin meet
    const [x, y] = spot(k);
    if ((k + 1) % width && Boolean(inside) !== Boolean(moving[k + 1])) { brush.moveTo(x + cell, y); brush.lineTo(x + cell, y + cell); }
    if (k + width < grey.length && Boolean(inside) !== Boolean(moving[k + width])) { brush.moveTo(x, y + cell); brush.lineTo(x + cell, y + cell); }
  });
  brush.stroke();
  const size = Math.max(1.6, side / 130);
  brush.lineWidth = Math.max(1.2, side / 200);
  points.forEach(([column, row, right]) => {
    const [x, y] = [(column + 0.5) * cell, (row + 0.5) * cell];
    brush.fillStyle = "#0072b2";
    if (right) { brush.beginPath(); brush.arc(x, y, size, 0, 7); brush.fill(); return; }
    brush.strokeStyle = "#b34700";
    brush.beginPath();
    brush.moveTo(x - size, y - size); brush.lineTo(x + size, y + size);
    brush.moveTo(x - size, y + size); brush.lineTo(x + size, y - size);
    brush.stroke();
  });
}
