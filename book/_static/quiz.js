// Quizzes: exact feedback for each option. Answers and results stay in this browser, under
// quiz:<name>, as { right, of, items: { <id>: { state, answer } } }.
(function () {
  "use strict";
  const { store } = window.nerveToLabel;
  const all = (node, selector) => [...node.querySelectorAll(selector)];

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  function tell(feedback, right, text = feedback.textContent) {
    feedback.hidden = false;
    feedback.dataset.mark = right ? "right" : "wrong";
    feedback.textContent = text;
  }

  const plural = (count, one, more) => `${count} ${count === 1 ? one : more}`;

  // -- kinds: what was answered (null: nothing yet), how to put it back, and how to judge it

  const choices = {
    missing: "Choose an answer first.",
    read(form) {
      const chosen = all(form, "input:checked").map((input) => input.value);
      return chosen.length ? chosen : null;
    },
    write(form, answer) {
      all(form, "input").forEach((input) => { input.checked = (answer || []).includes(input.value); });
    },
    judge(form) {
      const count = { hit: 0, missing: 0, extra: 0 };
      all(form, ".ntl-option").forEach((option) => {
        const input = option.querySelector("input");
        const correct = input.dataset.correct === "true";
        if (input.checked) tell(option.querySelector(".ntl-feedback"), correct);
        if (correct) count[input.checked ? "hit" : "missing"] += 1;
        else if (input.checked) count.extra += 1;
      });
      const right = !count.missing && !count.extra;
      const single = form.dataset.kind === "single";
      return { right, note: single ? "" : `${count.hit} right, ${count.missing} missing, ${count.extra} too many.` };
    },
  };

  const numeric = {
    missing: "Type a number first, for example 12.5.",
    read(form) {
      const text = form.querySelector("input").value.trim();
      return text === "" || Number.isNaN(number(text)) ? null : text;
    },
    write(form, answer) { form.querySelector("input").value = answer || ""; },
    judge(form) {
      const input = form.querySelector("input");
      const near = (line) => line.dataset.answer === undefined
        || Math.abs(number(input.value) - Number(line.dataset.answer)) <= Number(input.dataset.tolerance) + 1e-9;
      const line = all(form, ".ntl-feedback").find(near);
      const right = line.dataset.right === "true";
      tell(line, right);
      return { right, note: "" };
    },
  };

  function number(text) { return Number(text.trim().replace(",", ".").replace("−", "-")); }

  const match = {
    missing: "Choose a partner for each first.",
    start(form) {
      const [first, ...rest] = all(form, "select");
      rest.forEach((menu) => menu.replaceChildren(...first.cloneNode(true).children));
    },
    read(form) {
      const chosen = all(form, ".ntl-pair").map((pair) => [pair.dataset.left, pair.querySelector("select").value]);
      return chosen.every(([, value]) => value) ? Object.fromEntries(chosen) : null;
    },
    write(form, answer) {
      all(form, ".ntl-pair").forEach((pair) => {
        pair.querySelector("select").value = (answer && answer[pair.dataset.left]) || "";
      });
    },
    judge(form) {
      const reasons = JSON.parse(form.querySelector(".ntl-pairs").dataset.reasons);
      const pairs = all(form, ".ntl-pair");
      const hits = pairs.filter((pair) => {
        const { value, selectedOptions } = pair.querySelector("select");
        const right = value === pair.dataset.right;
        const text = right ? reasons[value] : `“${selectedOptions[0].textContent}” does not go here. ${reasons[value]}`;
        tell(pair.querySelector(".ntl-feedback"), right, text);
        return right;
      }).length;
      return { right: hits === pairs.length, note: `${hits} of ${pairs.length} pairs right.` };
    },
  };

  const order = {
    missing: "",
    read(form) { return all(form, ".ntl-order li").map((line) => line.dataset.tag); },
    write(form, answer) {
      const list = form.querySelector(".ntl-order");
      const place = (line) => (answer || list.dataset.start.split(" ")).indexOf(line.dataset.tag);
      list.append(...all(list, "li").sort((a, b) => place(a) - place(b)));
    },
    judge(form) {
      const lines = all(form, ".ntl-order li");
      let swapped = 0;
      lines.forEach((line, place) => {
        const above = lines[place - 1];
        if (above && Number(above.dataset.rank) > Number(line.dataset.rank)) {
          swapped += 1;
          tell(line.querySelector(".ntl-feedback"), false, `Belongs before the line above it. ${line.dataset.reason}`);
        }
      });
      if (!swapped) lines.forEach((line) => tell(line.querySelector(".ntl-feedback"), true, line.dataset.reason));
      return { right: !swapped, note: `${plural(swapped, "pair of neighbours is", "pairs of neighbours are")} the wrong way round.` };
    },
    // The neighbour moves, not the line itself, so the button keeps its focus.
    start(form, changed) {
      const list = form.querySelector(".ntl-order");
      list.dataset.start = order.read(form).join(" ");
      const move = (line, step) => {
        const neighbour = step < 0 ? line.previousElementSibling : line.nextElementSibling;
        if (!neighbour) return;
        if (step < 0) line.after(neighbour);
        else line.before(neighbour);
        const lines = [...list.children];
        changed(`“${line.firstElementChild.textContent}” is now ${lines.indexOf(line) + 1} of ${lines.length}.`);
      };
      all(list, "li").forEach((line) => {
        const text = line.firstElementChild.textContent;
        line.dataset.reason = line.querySelector(".ntl-feedback").textContent;
        const buttons = [["↑", "up", -1], ["↓", "down", 1]].map(([arrow, word, step]) => {
          const button = element("button", { type: "button", textContent: arrow, title: `Move ${word}` });
          button.setAttribute("aria-label", `Move ${word}: ${text}`);
          button.addEventListener("click", () => move(line, step));
          return button;
        });
        line.firstElementChild.before(...buttons);
        line.addEventListener("keydown", (event) => {
          const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!step || event.target.tagName !== "BUTTON") return;
          event.preventDefault();
          move(line, step);
        });
      });
    },
  };

  const KINDS = { single: choices, multiple: choices, numeric, match, order };

  // -- one item

  function forget(form) {
    delete form.dataset.result;
    all(form, ".ntl-feedback").forEach((line) => { line.hidden = true; });
    say(form, "");
  }

  // What the eye sees beside the options, a screen reader hears with the verdict.
  function say(form, text) {
    const verdict = form.querySelector(".ntl-verdict");
    const seen = all(form, ".ntl-feedback:not([hidden])").map((line) => line.textContent).join(" ");
    verdict.replaceChildren(text);
    if (seen) verdict.append(element("span", { className: "ntl-aloud", textContent: ` ${seen}` }));
  }

  // Judges what stands in the form; null where there is nothing to judge.
  function judge(form) {
    const kind = KINDS[form.dataset.kind];
    forget(form);
    const answer = kind.read(form);
    if (answer === null) {
      say(form, kind.missing);
      return null;
    }
    const { right, note } = kind.judge(form);
    form.dataset.result = right ? "right" : "wrong";
    say(form, right ? "✓ Right." : `✗ Not yet${note ? `: ${note}` : "."}`);
    return { state: form.dataset.result, answer };
  }

  // -- one quiz

  function start(quiz) {
    const name = `quiz:${quiz.dataset.quiz}`;
    const forms = all(quiz, ".ntl-item");
    const total = element("p", { className: "ntl-total" });
    total.setAttribute("role", "status");
    const again = element("button", { type: "button" });
    let items = {};
    let before = null;

    function save() {
      if (Object.keys(items).length === 0) {
        store.remove(name);
        return true;
      }
      const right = Object.values(items).filter((item) => item.state === "right").length;
      return store.set(name, { right, of: forms.length, items });
    }

    function report(kept = true) {
      const answered = Object.values(items);
      const right = answered.filter((item) => item.state === "right").length;
      again.hidden = !answered.length && !before;
      again.textContent = before ? "Bring my answers back" : "Start again";
      total.textContent = before
        ? "All answers of this quiz are cleared."
        : answered.length ? `${right} of ${forms.length} right, ${answered.length} answered.` : "";
      if (!kept) total.textContent += ` ${store.NOT_KEPT}`;
    }

    function put(kept) {
      items = {};
      forms.forEach((form) => {
        const item = kept[form.dataset.item];
        forget(form);
        KINDS[form.dataset.kind].write(form, item ? item.answer : null);
        const result = item ? judge(form) : null;
        if (result) items[form.dataset.item] = result;
        else say(form, "");
      });
    }

    forms.forEach((form) => {
      const kind = KINDS[form.dataset.kind];
      if (kind.start) kind.start(form, (text) => { forget(form); say(form, text); });
      form.querySelector("button[type=submit]").hidden = false;
      form.addEventListener("input", () => form.dataset.result && forget(form));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const result = judge(form);
        if (!result) return;
        items[form.dataset.item] = result;
        before = null;
        report(save());
      });
    });

    again.addEventListener("click", () => {
      const kept = before || {};
      before = before ? null : items;
      put(kept);
      report(save());
    });

    const foot = element("div", { className: "ntl-foot" });
    foot.append(total, again);
    quiz.append(foot);
    quiz.dataset.live = "true";
    const last = store.get(name);
    put((last && last.items) || {});
    report();
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".ntl-quiz").forEach(start));
})();
