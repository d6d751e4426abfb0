// More rows in a Django formset.
//   <div data-rows="actions"> … rows … </div>
//   <template data-row-template="actions"> one row with __prefix__ in its names </template>
//   <button type="button" class="btn btn-secondary" data-needs-script data-add-row="actions">Add another action</button>
// A button with data-remove-row inside a row ticks the row's DELETE box, or empties the row, and hides it.
(() => {
  "use strict";
  const field = (prefix, name) => document.getElementById(`id_${prefix}-${name}`);

  const add = (prefix, button) => {
    const holder = document.querySelector(`[data-rows="${prefix}"]`);
    const template = document.querySelector(`template[data-row-template="${prefix}"]`);
    const total = field(prefix, "TOTAL_FORMS");
    const most = Number((field(prefix, "MAX_NUM_FORMS") || {}).value || 1000);
    const number = Number(total.value);
    if (number >= most) {
      button.disabled = true;
      return;
    }
    holder.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__prefix__", String(number)));
    total.value = String(number + 1);
    const control = holder.lastElementChild.querySelector("input:not([type=hidden]), select, textarea");
    if (control) control.focus();
  };

  const remove = (button) => {
    const row = button.closest("[data-row]") || button.closest(".row-item");
    if (!row) return;
    const box = row.querySelector("input[name$='-DELETE']");
    if (box) {
      if (box.type === "checkbox") box.checked = true;
      else box.value = "on";
    } else {
      row.querySelectorAll("input:not([type=hidden]), textarea, select").forEach((control) => {
        if (control.type === "checkbox" || control.type === "radio") control.checked = false;
        else control.value = "";
      });
    }
    const form = row.closest("form");
    const holder = row.closest("[data-rows]");
    row.hidden = true;
    if (form) form.dispatchEvent(new Event("input", { bubbles: true }));
    const next = holder && document.querySelector(`[data-add-row="${holder.dataset.rows}"]`);
    if (next) next.focus();
  };

  document.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-add-row]");
    if (adding) add(adding.dataset.addRow, adding);
    const removing = event.target.closest("[data-remove-row]");
    if (removing) remove(removing);
  });
})();
