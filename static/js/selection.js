// Picks many pictures: counts them, takes all of the page, and with Shift all between two.
const bar = document.querySelector("[data-selection]");
const boxes = () => [...document.querySelectorAll(`input[type=checkbox][form="${bar.id}"]`)];
let last = null;

function count() {
  const picked = boxes().filter((box) => box.checked).length;
  const words = bar.querySelector("[data-selection-count]");
  words.dataset.words ??= words.textContent;
  words.textContent = `${words.dataset.words}: ${picked}`;
}

function pickBetween(one, other, checked) {
  const all = boxes();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  if (from >= 0) for (const box of all.slice(from, to + 1)) box.checked = checked;
}

if (bar) {
  const all = bar.querySelector("[data-selection-all]");
  all.hidden = false;
  all.addEventListener("click", () => {
    for (const box of boxes()) box.checked = true;
    count();
  });
  bar.addEventListener("reset", () => setTimeout(count));
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && bar.querySelector("details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(`input[type=checkbox][form="${bar.id}"]`);
    if (!box) return;
    if (event.shiftKey && last && last !== box) pickBetween(last, box, box.checked);
    last = box;
    count();
  });
}
