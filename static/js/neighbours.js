// The arrow keys go to the pictures beside this one: those of the list that one came from
// (remembered by pictures.js), else those that the page names.
const nav = document.querySelector("[data-neighbours]");
const [previous, next] = nav.querySelectorAll("a");
const list = JSON.parse(sessionStorage.getItem("list") ?? "[]");
const here = list.indexOf(nav.dataset.neighbours);

if (here >= 0) {
  for (const [link, path] of [
    [previous, list[here - 1]],
    [next, list[here + 1]],
  ]) {
    if (path) link.setAttribute("href", path);
    if (path) link.hidden = false;
  }
}
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [popover], details[open], [contenteditable]")) return;
  const link = { ArrowLeft: previous, ArrowRight: next }[event.key];
  if (link && !link.hidden) location.replace(link.href);
});
