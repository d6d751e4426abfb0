// On every page: tell the style sheet that scripts run, and move to the list of errors if there is one.
(() => {
  "use strict";
  document.documentElement.classList.add("scripts");
  const summary = document.querySelector("[data-focus-on-load]");
  if (summary) summary.focus();

  // A link in the error list goes to a field or to a group of choices: put the cursor into its first control.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    if (!link) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    const control = target.matches("input, select, textarea")
      ? target
      : target.querySelector("input:not([type=hidden]), select, textarea");
    if (!control) return;
    event.preventDefault();
    (control.closest(".field") || control).scrollIntoView();
    control.focus({ preventScroll: true });
  });
})();
