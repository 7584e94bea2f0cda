// What pages do beyond forms and htmx. Everything works without it, but for what needs a script by nature.
"use strict";

(() => {
  const show = (root) => {
    root.querySelectorAll(".copy[hidden], .accept[hidden], .override[hidden]").forEach((e) => { e.hidden = false; });
  };

  // Copy the text of the element that data-copy names.
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const before = button.dataset.words || (button.dataset.words = button.textContent);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      window.getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = before; }, 1500);
  };

  // Feedback as a CDS Hooks client sends it, to the endpoint of the service itself.
  const answers = { 401: "This installation asks for a token; feedback cannot be sent from a page.",
    404: "This installation does not take feedback.",
    503: "The memory of this installation is not available now; nothing was kept." };

  const send = async (button, item, done) => {
    const card = button.closest(".card");
    const said = card.querySelector(".feedback-said");
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true"; // not disabled, which would take the focus away from the keyboard
    const body = { feedback: [{ card: button.dataset.cardId, ...item, outcomeTimestamp: new Date().toISOString() }] };
    try {
      const answer = await fetch(`/cds-services/${button.dataset.service}/feedback`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(answers[answer.status] || `The feedback was not taken (status ${answer.status}).`);
      card.classList.add("card-answered");
      said.textContent = done;
    } catch (problem) {
      button.ariaDisabled = null;
      said.textContent = problem instanceof TypeError ? "The service cannot be reached." : problem.message;
    }
  };

  const accept = (button) => send(button, {
    outcome: "accepted", acceptedSuggestions: [{ id: button.dataset.suggestion }],
  }, "Accepted; the service was told. Ask again to see what follows from it.");

  const override = (button) => {
    const menu = button.closest(".override");
    const reason = menu.querySelector(".override-reason");
    const comment = menu.querySelector(".override-comment").value.trim();
    const overrideReason = {
      reason: { code: reason.value, system: reason.selectedOptions[0].dataset.system },
      ...(comment ? { userComment: comment } : {}),
    };
    return send(button, { outcome: "overridden", overrideReason },
      "Overridden; the service was told. Ask again to see what follows from it.");
  };

  document.addEventListener("click", (event) => {
    const act = [["[data-copy]", copy], [".accept", accept], [".override-send", override]];
    for (const [selector, run] of act) {
      const button = event.target.closest(selector);
      if (button) run(button);
    }
  });

  // Controls that are no switches do not make the page ask again.
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-quiet]")) event.stopPropagation();
    const into = event.target.dataset.into;
    if (into && event.target.files.length) read(event.target, document.getElementById(into));
  }, true);

  // A chosen or dropped file becomes text in the form, so that it stays there.
  const read = async (input, area) => {
    area.value = await input.files[0].text();
    input.value = "";
  };
  document.addEventListener("dragover", (event) => {
    if (event.target.closest("textarea[name=request]")) event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    const area = event.target.closest("textarea[name=request]");
    if (!area || !event.dataTransfer.files.length) return;
    event.preventDefault();
    area.value = await event.dataTransfer.files[0].text();
  });

  // What was open stays open, what had the focus keeps it and its place, when a part is replaced.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    const open = new Map();
    event.detail.target.querySelectorAll("details[data-keep]").forEach((d) => open.set(d.dataset.keep, d.open));
    const panel = document.getElementById("cards");
    // Text that was typed while the answer was on its way.
    const typed = active && active.matches("input.number:not([data-once])") && active.value !== active.defaultValue ? active.value : null;
    kept = { open, typed, id: active && active.id, top: active ? active.getBoundingClientRect().top : 0, scrolled: panel ? panel.scrollTop : 0 };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!kept) return;
    document.querySelectorAll("details[data-keep]").forEach((d) => {
      if (kept.open.has(d.dataset.keep)) d.open = kept.open.get(d.dataset.keep);
    });
    const again = kept.id && document.getElementById(kept.id);
    if (again) {
      if (kept.typed !== null) again.value = kept.typed;
      again.focus({ preventScroll: true });
      window.scrollBy({ top: again.getBoundingClientRect().top - kept.top, behavior: "instant" });
    }
    kept = null;
  });

  document.addEventListener("DOMContentLoaded", () => show(document));
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
  // A problem of the last try is not the problem of the next one.
  document.addEventListener("htmx:beforeRequest", () => {
    document.getElementById("problem").replaceChildren();
    document.getElementById("problem-text")?.remove(); // of the page itself
    document.getElementById("own-request")?.removeAttribute("aria-invalid");
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll(".card-detail, .cause details").forEach((d) => { d.open = true; });
  });
})();
