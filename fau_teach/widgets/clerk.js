// The package's own Python, at a figure's service: a worker serves all figures of a page, in a
// notebook the kernel does. `call` answers in order and never rejects: what went wrong is in
// `answer.error`, with `answer.offline` where Python itself was out of reach.
const CLERK_START = 180_000; // milliseconds until a start, or one call, counts as late
const CLERK_CALL = 30_000;
const CLERK_BUSY = "The kernel does not answer: it is busy, or it has stopped";
const KERNEL_GONE = "The kernel was restarted, so this figure has lost its Python. Your work is kept. Run the cell again";
const CLERK_FOLDER = "Python cannot start here, because this page was opened from a folder. Open a " +
  "terminal in the folder that holds serve.py, type “python3 serve.py” (on Windows “py serve.py”), " +
  "and open the address that it prints";

function makeClerk(model) {
  if (model.send) {
    const clerk = clerkOffice((told) => kernelLine(model, told), false);
    clerk.start();
    return clerk;
  }
  const space = window.nerveToLabel ||= {};
  if (!space.clerk) {
    space.clerk = clerkOffice(workerLine, true);
    // 12 MB: who saves data waits for them at the first question only.
    const soon = window.requestIdleCallback || ((act) => setTimeout(act, 200));
    if (!navigator.connection?.saveData) soon(() => space.clerk.start(), { timeout: 2_000 });
  }
  return space.clerk;
}

// Queue, patience and state over one line to Python; `mortal` where a new line can replace it.
function clerkOffice(openLine, mortal) {
  const calls = []; // unanswered, in order; Python works on the first
  const watchers = new Set();
  let [state, detail, line, alarm, deaths, count, ready, settle] = ["starting", "", null, 0, 0, 0];
  const hope = () => { ready = new Promise((resolve) => { settle = resolve; }); };
  hope();

  function tell(next, text = "") {
    [state, detail] = [next, text];
    watchers.forEach((watcher) => watcher(state, detail));
  }

  const fault = (problem, offline) =>
    ({ error: { place: "", problem, advice: "Try again, or reload the page" }, offline });

  function offline(reason) {
    tell(`offline: ${reason}`);
    settle(false);
    calls.splice(0).forEach((call) => call.resolve(fault(reason, true)));
  }

  function online() { // also after hope was lost: a busy kernel answers late
    clearTimeout(alarm);
    settle(true);
    ready = Promise.resolve(true);
    tell("ready");
    next();
  }

  function start() {
    if (line || state !== "starting") return;
    const own = line = {}; // what a line says after its end counts no more
    const mine = (act) => (...said) => { if (line === own) act(...said); };
    const slow = mortal ? "Python has not started yet; it is still trying" : CLERK_BUSY;
    alarm = setTimeout(() => offline(slow), mortal ? CLERK_START : CLERK_CALL);
    try {
      Object.assign(own, openLine({ step: mine((text) => state === "starting" && tell(state, text)),
        ready: mine(online), answer: mine(answer), dead: mine(fall) }));
    } catch (error) { fall(error.message, true); }
  }

  function next() {
    const call = calls[0];
    if (state !== "ready" || !call || call.sent) return;
    call.sent = true;
    alarm = setTimeout(() => late(call), call.patience);
    try { line.send(call.id, call.name, call.payload); } catch (error) { fall(error.message); }
  }

  function answer(id, text) {
    if (calls[0]?.id !== id) { if (state !== "ready") online(); return; } // late, and given up
    clearTimeout(alarm);
    deaths = 0;
    let found = fault("Python's answer cannot be read", false);
    try { found = JSON.parse(text); } catch { /* told in the answer */ }
    calls.shift().resolve(found);
    next();
  }

  function late(call) {
    const reason = `Python took longer than ${call.patience / 1000} seconds for “${call.name}”`;
    calls.shift().resolve(fault(reason, true));
    if (mortal) fall(reason);
    else offline(CLERK_BUSY);
  }

  function fall(reason, plain) {
    const begun = state === "ready";
    clearTimeout(alarm);
    line.close?.();
    line = null;
    deaths += 1;
    if (calls[0]) calls[0].sent = false; // the next Python is asked again: a call changes nothing
    if (begun && mortal && deaths < 2) { tell("starting", "Python starts again …"); start(); }
    else offline(plain ? reason : `Python ${begun ? "stopped" : "could not start"} (${reason})`);
  }

  return {
    call: (name, payload = {}, patience = CLERK_CALL) => new Promise((resolve) => {
      if (state.startsWith("offline")) { resolve(fault(state.slice(9), true)); return; }
      const id = `${count += 1}-${Math.random().toString(36).slice(2, 8)}`;
      calls.push({ id, name, payload: JSON.stringify(payload), patience, resolve });
      start();
      next();
    }),
    get ready() { return ready; }, // true where Python answers, false where it cannot be had
    state: () => state,
    onstate(watcher) { // watcher(state, words for a reader)
      watchers.add(watcher);
      watcher(state, detail);
      return () => watchers.delete(watcher);
    },
    start,
    retry() {
      if (!state.startsWith("offline")) return;
      line?.close?.();
      [line, deaths] = [null, 0];
      hope();
      tell("starting", "Python starts …");
      start();
    },
  };
}

// Not the worker of "Run and check": a reader's endless loop there must not hold the figures up.
function workerLine(told) {
  if (location.protocol === "file:") throw new Error(CLERK_FOLDER);
  const site = document.querySelector("script[data-python]")?.dataset;
  if (!site || !window.Worker) throw new Error("This page carries no Python");
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const whole = (address) => new URL(address, root).href;
  const worker = new Worker(whole("_static/run-worker.js"), { type: "module" });
  const lock = `nerve-to-label ${Math.random()}`;
  worker.onerror = () => told.dead("run-worker.js did not load");
  worker.onmessage = ({ data }) => {
    if (data.failed) told.dead(data.failed);
    // A worker that ends, however it ends, lets go of its lock.
    else if (data.held) navigator.locks?.request(lock, () => told.dead("its worker ended"));
    else if (data.ready) told.ready();
    else if (data.step) told.step(data.text);
    else if (data.id) told.answer(data.id, data.answer);
  };
  const entry = site.entry || "fau_teach.training.desk.call";
  worker.postMessage({ python: whole(site.python), wheel: whole(site.wheel), entry, lock });
  const send = (id, name, payload) => worker.postMessage({ id, name, payload });
  return { send, close: () => worker.terminate() };
}

// _clerk.py answers.
function kernelLine(model, told) {
  const hear = (said) => {
    if (said?.clerk === "here") told.ready();
    else if (said?.clerk) told.answer(said.clerk, said.answer);
  };
  const gone = () => told.dead(KERNEL_GONE, true);
  model.on("msg:custom", hear);
  model.on("comm_live_update", gone); // it was there, so now it is not
  const send = (clerk, name, payload) => model.send({ clerk, name, payload });
  send("here", "", "");
  return { send, close: () => { model.off("msg:custom", hear); model.off("comm_live_update", gone); } };
}
