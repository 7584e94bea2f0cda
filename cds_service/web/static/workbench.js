// What pages do beyond forms and htmx. Everything works without it, but for what needs a script by nature.
"use strict";

(() => {
  const ready = (root) => {
    root.querySelectorAll(".copy[hidden]").forEach((button) => { button.hidden = false; });
  };

  // Copy the text of the element that data-copy names.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      window.getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = before; }, 1500);
  });

  document.addEventListener("DOMContentLoaded", () => ready(document));
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  // A problem of the last try is not the problem of the next one.
  document.addEventListener("htmx:beforeRequest", () => {
    document.getElementById("problem").replaceChildren();
  });
})();
