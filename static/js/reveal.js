// Ticking a box shows what belongs to it. Without scripts everything is shown.
//   <input type="checkbox" data-reveals="id">            one box, one part of the page
//   <div data-reveals-prefix="section-"> … boxes … </div>  box with value "2.11" shows #section-2.11
// A fieldset that is hidden is also switched off, so that it isn't sent; what was entered stays in it.
(() => {
  "use strict";
  const pairs = [];
  document.querySelectorAll("[data-reveals]").forEach((control) => pairs.push([control, document.getElementById(control.dataset.reveals)]));
  document.querySelectorAll("[data-reveals-prefix]").forEach((holder) =>
    holder.querySelectorAll("input[type=checkbox], input[type=radio]").forEach((control) =>
      pairs.push([control, document.getElementById(holder.dataset.revealsPrefix + control.value)])
    )
  );
  const known = pairs.filter(([, part]) => part);
  if (!known.length) return;

  const refresh = () => {
    const open = new Map();
    known.forEach(([control, part]) => open.set(part, open.get(part) || control.checked));
    open.forEach((shown, part) => {
      part.hidden = !shown;
      if (part.tagName === "FIELDSET") part.disabled = !shown;
    });
  };
  document.addEventListener("change", (event) => event.target.matches("input[type=checkbox], input[type=radio]") && refresh());
  window.addEventListener("pageshow", refresh);
  refresh();
})();
