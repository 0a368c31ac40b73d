// Arrow keys in rows of elements that share one tab stop. Returns what moves the stop.
function roam(rows, first) {
  const cells = rows.flat();
  const stop = (cell) => cells.forEach((one) => { one.tabIndex = one === cell ? 0 : -1; });
  rows.forEach((row, r) => row.forEach((cell, c) => {
    cell.addEventListener("focus", () => stop(cell));
    cell.addEventListener("keydown", (event) => {
      const goal = {
        ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1],
        Home: [event.ctrlKey ? 0 : r, 0],
        End: event.ctrlKey ? [rows.length - 1, row.length - 1] : [r, row.length - 1],
      }[event.key];
      if (!goal || event.altKey || event.metaKey) return;
      event.preventDefault();
      const next = rows[goal[0]] && rows[goal[0]][goal[1]];
      if (next) next.focus();
    });
  }));
  stop(first);
  return stop;
}
