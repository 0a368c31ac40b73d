// Moves the face on a card: rest, apex, rest, again and again, in the place of its still.
//
// A button names the code with data-face-loop="12". The face and its drawing come with the first
// press, once for the page; all cards share one drawing context and are painted in turn.
(function () {
  "use strict";
  const LIBRARY = ["faceview_face", "faceview_gl"];
  const SLOW = { rest: 400, rise: 600, apex: 900, fall: 700 };
  const BLINK = { rest: 1400, rise: 110, apex: 60, fall: 220 }; // as fast as it is, or it is no blink
  const SLOW_MS = 120; // a frame that takes longer is drawn more coarsely
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const status = document.createElement("p");
  const cards = [];
  let drawing = null;
  let running = false;

  // Everything that a press needs, fetched once.
  async function load() {
    const { studio, sharedFace, packedFace } = await window.nerveToLabel.library(LIBRARY, "studio, sharedFace, packedFace");
    if (!studio().usable()) throw new Error("this browser does not draw it");
    const face = await sharedFace(await packedFace({ get: (name) => ({ face: "Ana" })[name] }));
    studio().onRestored(() => cards.filter((card) => card.on).forEach(paint));
    return { face, studio: studio() };
  }

  function level(times, elapsed) {
    let at = elapsed % (times.rest + times.rise + times.apex + times.fall);
    const soft = (share) => share * share * (3 - 2 * share);
    if (at < times.rest) return 0;
    if ((at -= times.rest) < times.rise) return soft(at / times.rise);
    if ((at -= times.rise) < times.apex) return 1;
    return 1 - soft((at - times.apex) / times.fall);
  }

  function paint(card) {
    const { face, studio } = card.drawing;
    // As fine as the still: brows and creases need pixels that a small card does not show.
    const width = Math.round(2 * card.fine * card.place.clientWidth);
    if (!width) return;
    const height = Math.round(width * card.shape);
    if (card.canvas.width !== width) Object.assign(card.canvas, { width, height });
    // A code that acts on one side alone is shown on the left, as in the still.
    const side = face.actions.has(`${card.code}/both`) ? "both" : "left";
    face.pose(new Map([[`${card.code}/${side}`, card.level]]));
    studio.paint(card.canvas, face, {});
    card.place.dataset.level = card.level.toFixed(3);
    card.place.dataset.ms = Object.values(face.timing).reduce((sum, ms) => sum + ms, 0).toFixed(2);
  }

  function tick(now) {
    const playing = cards.filter((card) => card.on && !card.held);
    running = playing.length > 0;
    if (!running) return;
    for (const card of playing.filter(({ seen }) => seen)) {
      const spent = card.before ? now - card.before : 0;
      if (spent > SLOW_MS) card.fine = Math.max(0.35, card.fine * 0.8);
      card.clock += Math.min(spent, 250);
      card.level = level(card.times, card.clock);
      paint(card);
    }
    playing.forEach((card) => { card.before = now; });
    requestAnimationFrame(tick);
  }

  function show(card, on) {
    card.on = on;
    card.place.classList.toggle("au-live", on);
    card.canvas.hidden = !on;
    // Without motion the still is the apex, and the button shows the face at rest beside it.
    card.button.textContent = still.matches ? (on ? "Show apex" : "Show rest") : on ? "Stop" : "Play";
    card.button.setAttribute("aria-label", `${card.button.textContent}: ${card.name}`);
  }

  async function press(card) {
    if (card.on) {
      show(card, false);
      status.textContent = `${card.name}: ${still.matches ? "apex" : "stopped"}.`;
      return;
    }
    card.button.disabled = true;
    try {
      card.drawing = await (drawing ||= load());
    } catch (error) {
      status.textContent = `The face cannot be moved here: ${error.message}.`;
      card.button.replaceWith(Object.assign(document.createElement("span"), { textContent: status.textContent }));
      return;
    } finally { card.button.disabled = false; }
    Object.assign(card, { clock: 0, before: 0, level: 0, fine: 1, held: still.matches });
    show(card, true);
    paint(card);
    status.textContent = still.matches ? `${card.name}: face at rest.` : `${card.name}: playing, from rest to apex and back.`;
    card.button.focus({ preventScroll: true });
    if (!card.held && !running) requestAnimationFrame(tick);
  }

  function start() {
    const watcher = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
      cards.find((card) => card.place === target).seen = isIntersecting;
    }));
    for (const button of document.querySelectorAll("button[data-face-loop]")) {
      const picture = button.closest("figure").querySelector("img");
      const place = Object.assign(document.createElement("div"), { className: "au-loop" });
      const canvas = Object.assign(document.createElement("canvas"), { hidden: true });
      const code = button.dataset.faceLoop;
      const name = picture.alt.replace(/^Teaching face with |\.$/g, "");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${picture.alt.replace(/\.$/, "")}, moving.`);
      picture.classList.add("dark-light"); // the theme would dim it, and not the canvas
      picture.replaceWith(place);
      place.append(picture, canvas);
      const card = { button, canvas, place, code, name, seen: true, times: code === "45" || code === "46" ? BLINK : SLOW,
        shape: picture.getAttribute("height") / picture.getAttribute("width") };
      cards.push(card);
      button.addEventListener("click", () => press(card));
      button.hidden = false;
      show(card, false);
      watcher.observe(place);
    }
    status.className = "au-said";
    status.setAttribute("role", "status");
    document.querySelector(".au-atlas")?.before(status);
  }

  document.addEventListener("DOMContentLoaded", start);
})();
