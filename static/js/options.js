// When the options are drawn anew for another model, what was unfolded stays unfolded. What is typed
// while they are on their way is newer than they are: then they are asked for again. (The element says
// `settle:0ms`, because until htmx has settled what it swapped in, it hears nothing from it.)
let unfolded = [];

const typedSince = (sent, options) =>
  [...options.querySelectorAll("[type=text], [type=number]")].some((box) => box.value !== sent.get(box.name));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig } = detail;
  if (target.id !== "options") return;
  unfolded = [...target.querySelectorAll("details[open]")].map((details) => details.id);
  if (!typedSince(requestConfig.formData, target)) return;
  detail.shouldSwap = false;
  setTimeout(() => target.dispatchEvent(new Event("change"))); // once htmx has done with this answer
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "options") return;
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});

// What opens comes into view, also where the button at the bottom covers the end of the form.
document.addEventListener(
  "toggle",
  ({ target }) => target.open && target.closest("#studio") && target.scrollIntoView({ block: "nearest" }),
  true,
);
