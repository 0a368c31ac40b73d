// Quizzes: exact feedback for each option; the last score of each quiz stays in this browser.
(function () {
  "use strict";
  const { store } = window.nerveToLabel;

  function judgeChoices(form) {
    let chosen = 0;
    let right = true;
    form.querySelectorAll(".ntl-option").forEach((option) => {
      const input = option.querySelector("input");
      const correct = input.dataset.correct === "true";
      const feedback = option.querySelector(".ntl-feedback");
      chosen += input.checked ? 1 : 0;
      right = right && input.checked === correct;
      feedback.hidden = !input.checked;
      feedback.dataset.mark = correct ? "right" : "wrong";
    });
    return chosen === 0 ? null : right;
  }

  function judgeNumber(form) {
    const input = form.querySelector("input");
    const text = input.value.trim().replace(",", ".");
    if (text === "" || Number.isNaN(Number(text))) return null;
    const right = Math.abs(Number(text) - Number(input.dataset.answer)) <= Number(input.dataset.tolerance) + 1e-9;
    form.querySelectorAll(".ntl-feedback").forEach((feedback) => {
      feedback.hidden = (feedback.dataset.when === "right") !== right;
      feedback.dataset.mark = right ? "right" : "wrong";
    });
    return right;
  }

  function check(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const right = form.dataset.kind === "numeric" ? judgeNumber(form) : judgeChoices(form);
    const verdict = form.querySelector(".ntl-verdict");
    form.dataset.result = right === null ? "" : right ? "right" : "wrong";
    if (right === null) {
      verdict.textContent = form.dataset.kind === "numeric" ? "Type a number first, for example 12.5." : "Choose an answer first.";
      return;
    }
    const missing = form.dataset.kind === "multiple" && !right ? " Look again: something is missing or too much." : "";
    verdict.textContent = right ? "✓ Right." : `✗ Not yet.${missing}`;
    remember(form.closest(".ntl-quiz"));
  }

  function remember(quiz) {
    const forms = [...quiz.querySelectorAll(".ntl-item")];
    const right = forms.filter((form) => form.dataset.result === "right").length;
    const total = quiz.querySelector(".ntl-total");
    total.textContent = `${right} of ${forms.length} right.`;
    const kept = store.set(`quiz:${quiz.dataset.quiz}`, { right, of: forms.length });
    if (!kept) total.textContent += ` ${store.NOT_KEPT}`;
  }

  function start(quiz) {
    const total = document.createElement("p");
    total.className = "ntl-total";
    total.setAttribute("role", "status");
    const last = store.get(`quiz:${quiz.dataset.quiz}`);
    if (last) total.textContent = `Last time: ${last.right} of ${last.of} right.`;
    quiz.append(total);
    quiz.querySelectorAll(".ntl-key").forEach((key) => key.remove());
    quiz.querySelectorAll(".ntl-item").forEach((form) => form.addEventListener("submit", check));
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".ntl-quiz").forEach(start));
})();
