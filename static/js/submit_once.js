// A second press of a button sends nothing. Forms that answer with a file and stay open opt out: data-submit-many.
(() => {
  "use strict";
  const sent = new Set();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "submitMany" in form.dataset || form.hasAttribute("hx-post")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    // Not disabled: a disabled button's name and value would be left out of what is sent.
    const button = event.submitter;
    if (button) button.setAttribute("aria-disabled", "true");
  });

  // Coming back by the browser's own button shows the page as it was left, so open the forms again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent.clear();
    document.querySelectorAll("[aria-disabled='true'][type=submit]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
})();
