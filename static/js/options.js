// When the options are drawn anew for another model, what was unfolded stays unfolded
// and what is being typed stays typed.
let unfolded = [];
let typing = null;

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target.id !== "options") return;
  unfolded = [...target.querySelectorAll("details[open]")].map((details) => details.id);
  const box = document.activeElement;
  typing = target.contains(box) && /^(text|number)$/.test(box.type) ? { id: box.id, value: box.value } : null;
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "options") return;
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  const box = typing && document.getElementById(typing.id);
  if (box) box.value = typing.value;
});

// What opens comes into view, also where the button at the bottom covers the end of the form.
document.addEventListener(
  "toggle",
  ({ target }) => target.open && target.closest("#studio") && target.scrollIntoView({ block: "nearest" }),
  true,
);
