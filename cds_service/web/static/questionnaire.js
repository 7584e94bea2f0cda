// The questionnaire in the browser: what depends on an answer appears with it, urgent advice at once.
// No answer leaves the page before the person sends it.
"use strict";

(() => {
  const form = document.querySelector("form.questionnaire");
  if (!form) return;
  const bar = document.getElementById("urgent-bar");
  const dependent = [...form.querySelectorAll("[data-when]")];
  const order = ["emergency", "today", "soon"];

  // In words for browsers without script, and for the day on which this file does not load.
  form.querySelectorAll(".condition").forEach((words) => words.remove());

  // What is not shown is not answered (enableWhen); an answer that is missing fulfils no condition.
  const isYes = (link) => {
    const chosen = form.querySelector(`[name="${CSS.escape(link)}"]:checked`);
    return chosen !== null && chosen.value === "yes" && !chosen.closest("[data-when][hidden]");
  };

  // In the order of the page, so that what depends on something hidden is hidden as well.
  const update = () => {
    for (const part of dependent) {
      const met = JSON.parse(part.dataset.when).map(isYes);
      const shown = "together" in part.dataset ? met.every(Boolean) : met.some(Boolean);
      if (part.hidden === shown) part.hidden = !shown;
    }
    showBar();
  };

  // The most urgent advice stays in sight while the person goes on.
  const showBar = () => {
    const urgent = [...form.querySelectorAll("[data-urgency]:not([hidden])")];
    urgent.sort((a, b) => order.indexOf(a.dataset.urgency) - order.indexOf(b.dataset.urgency));
    bar.hidden = urgent.length === 0;
    if (bar.hidden) return;
    const link = bar.querySelector("a");
    link.textContent = `${urgent[0].querySelector("p").textContent.trim().split(". ")[0]}.`;
    link.href = `#${urgent[0].id}`;
    bar.dataset.urgency = urgent[0].dataset.urgency;
  };

  // "None of these" and the lines of its list exclude each other.
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type === "checkbox" && box.checked) {
      for (const other of box.closest("fieldset").querySelectorAll("input[type=checkbox]")) {
        if (other !== box && ("none" in other.dataset) !== ("none" in box.dataset)) other.checked = false;
      }
    }
    update();
    document.getElementById("result").hidden = true; // it holds the answers of before
  });
  document.addEventListener("htmx:afterSwap", () => {
    const result = document.getElementById("result");
    if (result && !result.hidden) result.focus({ preventScroll: true });
  });
  update();
})();
