// <button data-tick-all="name"> ticks every box of that name in its form; pressed again it takes the ticks off.
(() => {
  "use strict";
  document.querySelectorAll("button[data-tick-all]").forEach((button) => {
    const boxes = [...button.form.querySelectorAll("input[type=checkbox]")].filter((box) => box.name === button.dataset.tickAll);
    const [tick, untick] = [button.textContent, "Take all ticks off"];
    const say = () => { button.textContent = boxes.every((box) => box.checked) ? untick : tick; };
    button.addEventListener("click", () => {
      const all = boxes.every((box) => box.checked);
      boxes.forEach((box) => { box.checked = !all; });
      say();
    });
    boxes.forEach((box) => box.addEventListener("change", say));
    say();
  });
})();
