// Python for one page: starts once, lives until the page ends it, and runs a reader's code
// (run.js) or answers the figures (clerk.js). Only the page can end an endless loop, by ending
// this worker.
const LIMIT = 20_000; // characters of output shown for one run
const PAUSE = 50; // milliseconds between two messages of output, so that a flood stays a trickle
const decoder = new TextDecoder();
let started = null; // promise of the package's function that runs and judges, or answers
let waiting = "";
let room = LIMIT;
let last = 0;

function flush() {
  if (waiting) postMessage({ output: waiting });
  waiting = "";
  last = performance.now();
}

function write(bytes) {
  const text = decoder.decode(bytes, { stream: true });
  if (room > 0) {
    waiting += text.slice(0, room);
    room -= text.length;
    if (room <= 0) waiting += "\n… more output than fits here; the rest is left out.\n";
    if (room <= 0 || performance.now() - last > PAUSE) flush();
  }
  return bytes.length;
}

async function load({ python, wheel, entry = "fau_teach.exercises.attempt" }) {
  const step = (number, text) => postMessage({ step: number, text });
  step(1, "Fetching Python …");
  const [{ loadPyodide }, answer] = await Promise.all([
    import(`${python}pyodide.mjs`),
    fetch(wheel, { cache: "no-cache" }), // a rebuilt wheel keeps its name
  ]);
  if (!answer.ok) throw new Error(`${wheel} is missing`);
  step(2, "Starting Python …");
  const [pyodide, archive] = await Promise.all([loadPyodide({ indexURL: python }), answer.arrayBuffer()]);
  step(3, "Loading the package …");
  pyodide.setStdin({ error: true });
  pyodide.unpackArchive(archive, "wheel");
  pyodide.runPython("import sys; sys.stdout.reconfigure(line_buffering=True)");
  pyodide.setStdout({ write });
  pyodide.setStderr({ write });
  return pyodide.pyimport(entry);
}

onmessage = async ({ data }) => {
  if (data.python) {
    // Held as long as this worker lives, so that the page sees its end at once.
    if (data.lock && navigator.locks) navigator.locks.request(data.lock, () => { postMessage({ held: true }); return new Promise(() => {}); });
    started = load(data);
    started.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error) }));
    return;
  }
  const act = await started.catch(() => null);
  if (!act) return; // the page has been told
  room = LIMIT;
  try {
    const outcome = data.id ? act(data.name, data.payload) : act(data.exercise, data.code);
    flush();
    if (data.id) postMessage({ id: data.id, answer: outcome });
    else {
      postMessage({ state: outcome.state, message: outcome.message });
      outcome.destroy();
    }
  } catch (error) {
    flush(); // Python itself is broken, for example out of memory
    postMessage({ failed: String(error).trim().split("\n").pop() });
  }
};
