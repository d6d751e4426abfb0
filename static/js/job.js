// A job's page asks every two seconds how it stands (by htmx). Says a change aloud once, and leaves the page as it is when
// the answer is something else, such as the sign-in page.
(() => {
  "use strict";
  const said = document.querySelector("[data-job-said]");
  const state = () => document.querySelector("[data-job-state]");
  if (!said || !state()) return;
  let known = state().dataset.jobState;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseText.includes("data-job-state")) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const now = state() && state().dataset.jobState;
    if (!now || now === known) return;
    known = now;
    said.textContent = now;
  });
})();
