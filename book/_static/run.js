// Exercises that run in the page. One Python serves them all; it starts when first needed.
(function () {
  "use strict";
  const { store } = window.nerveToLabel;
  const ROOT = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const MARKS = { right: "✓", wrong: "✗", unanswered: "○", error: "✗" };
  const FROM_FILE = "Python cannot start here, because this page was opened from a folder. " +
    "Open a terminal in the folder that holds serve.py, the top of this book, type " +
    "“python3 serve.py” (on Windows “py serve.py”), and open the address that it prints.";
  let worker = null;
  let stage = null; // how far a starting Python has come
  let current = null; // the exercise that waits for Python

  function begin(form) {
    const address = (name) => new URL(form.dataset[name], ROOT).href;
    stage = { step: 0, text: "Fetching Python …" };
    worker = new Worker(new URL("_static/run-worker.js", ROOT), { type: "module" });
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = () => receive({ failed: "run-worker.js did not load" });
    worker.postMessage({ python: address("python"), wheel: address("wheel") });
  }

  function end() {
    if (worker) worker.terminate();
    worker = null;
    current = null;
  }

  function receive(data) {
    const box = current;
    if (data.failed) {
      const host = box && new URL(box.form.dataset.python, ROOT).host;
      end();
      if (!box) return;
      const away = host !== location.host ? ` It comes from ${host} here: are you online?` : "";
      box.rest(`Python stopped (${data.failed}).${away} Run and check starts it anew.`);
    } else if (data.step) {
      stage = data;
      if (box) box.start(stage);
    } else if (data.ready) {
      stage = null;
      if (box) box.begun();
    } else if (box && data.output) box.print(data.output);
    else if (box && data.state) {
      current = null;
      box.judge(data.state, data.message);
    }
  }

  // -- the editor

  function insert(area, text) {
    // The old command is the one that keeps the browser's own undo.
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  }

  function indent(area, back) {
    const { value, selectionStart: from, selectionEnd: to } = area;
    if (from === to && !back) { insert(area, " ".repeat(4 - (from - value.lastIndexOf("\n", from - 1) - 1) % 4)); return; }
    const first = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(first, to).split("\n");
    const moved = lines.map((line) => back ? line.replace(/^ {1,4}/, "") : `    ${line}`);
    area.setSelectionRange(first, to);
    insert(area, moved.join("\n"));
    const shift = moved[0].length - lines[0].length;
    area.setSelectionRange(Math.max(first, from + shift), Math.max(first, to + moved.join("\n").length - lines.join("\n").length));
  }

  function newLine(area) {
    const before = area.value.slice(0, area.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const more = /:\s*(#.*)?$/.test(line) ? "    " : "";
    insert(area, `\n${line.match(/^ */)[0]}${more}`);
  }

  function edit(box) {
    const { area, form } = box;
    let leaving = false;
    area.addEventListener("keydown", (event) => {
      const run = event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey);
      if (run) form.requestSubmit();
      else if (event.key === "Tab" && !leaving) indent(area, event.shiftKey);
      else if (event.key === "Enter" && !event.isComposing) newLine(area);
      else {
        // Shift alone must not take back the leave that Escape gave.
        if (event.key !== "Shift") leaving = event.key === "Escape";
        return;
      }
      event.preventDefault();
    });
    area.addEventListener("blur", () => { leaving = false; });
  }

  // -- one exercise

  function start(form) {
    const find = (selector) => form.querySelector(selector);
    const [area, progress, output] = [find("textarea"), find("progress"), find("pre")];
    const [state, verdict] = [find(".ntl-run-state"), find(".ntl-run-verdict")];
    const button = (name) => find(`[data-act="${name}"]`);
    const name = `run:${form.dataset.exercise}`;
    const starter = area.value;
    const kept = { code: starter, undo: [], state: "", ...store.get(name) };
    let patience = 0;

    function keep() {
      kept.code = area.value;
      button("back").hidden = !kept.undo.length;
      area.rows = Math.min(24, Math.max(6, area.value.split("\n").length));
      if (!store.set(name, kept)) state.textContent = store.NOT_KEPT;
    }

    const box = {
      form,
      area,
      start({ step, text }) {
        progress.hidden = false;
        progress.value = step;
        state.textContent = text;
      },
      begun() {
        progress.hidden = true;
        if (form.dataset.busy) state.textContent = "Running …";
        else box.rest("Stopped. Python is ready again.");
      },
      print(text) {
        output.hidden = false;
        output.append(text);
        output.scrollTop = output.scrollHeight;
      },
      judge(result, message) {
        box.rest("");
        kept.state = result === "right" || kept.state === "right" ? "right" : result;
        const text = document.createElement(result === "error" ? "pre" : "p");
        text.textContent = result === "error" ? message : `${MARKS[result]} ${message}`;
        verdict.dataset.state = result;
        if (result === "error") verdict.append(`${MARKS.error} Your code stopped at an error.`);
        verdict.append(text);
        keep();
      },
      rest(text) {
        clearTimeout(patience);
        progress.hidden = true;
        state.textContent = text;
        delete form.dataset.busy;
        button("stop").disabled = true;
      },
    };

    function run(event) {
      event.preventDefault();
      if (location.protocol === "file:" || form.dataset.busy) return;
      if (current && current !== box && current.form.dataset.busy) {
        state.textContent = `Exercise ${current.form.dataset.exercise} is still running. Stop it first.`;
        return;
      }
      current = box;
      form.dataset.busy = "true";
      button("stop").disabled = false;
      output.hidden = true;
      output.textContent = verdict.textContent = "";
      delete verdict.dataset.state;
      state.textContent = "Running …";
      patience = setTimeout(() => { if (!stage) state.textContent = "Still running. Stop ends it."; }, 15_000);
      if (!worker) begin(form);
      if (stage) box.start(stage);
      worker.postMessage({ exercise: form.dataset.exercise, code: area.value });
    }

    function stop() {
      end();
      box.rest("Stopped. Your code is unchanged; Python starts anew.");
      current = box;
      begin(form);
    }

    function replace(code) {
      area.value = code;
      verdict.textContent = output.textContent = "";
      output.hidden = true;
      delete verdict.dataset.state;
      keep();
      area.focus();
    }

    function reset() {
      if (area.value === starter) { state.textContent = "This is the code to start with."; return; }
      kept.undo = [...kept.undo, area.value].slice(-9);
      replace(starter);
      state.textContent = "Back at the start. Your code is kept.";
    }

    function back() {
      const code = kept.undo.pop();
      if (area.value !== starter) kept.undo.unshift(area.value); // nothing written is lost
      replace(code);
      state.textContent = "This is your code again.";
    }

    area.value = kept.code;
    if (kept.state === "right") state.textContent = "You have solved this one before.";
    keep();
    edit(box);
    area.addEventListener("input", keep);
    // Who writes will run: Python starts behind the first keystroke.
    area.addEventListener("input", () => worker || location.protocol === "file:" || begin(form), { once: true });
    form.addEventListener("submit", run);
    button("stop").addEventListener("click", stop);
    button("reset").addEventListener("click", reset);
    button("back").addEventListener("click", back);
    find(".ntl-run-note").remove();
    find(".ntl-run-bar").hidden = false;
    if (location.protocol === "file:") {
      find("[type=submit]").disabled = true;
      state.textContent = FROM_FILE;
    }
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".ntl-run-form").forEach(start));
})();
