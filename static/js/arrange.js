// Puts the pictures of a collection into another order, by drag or button, without a new page.
const list = document.querySelector("[data-arrange]");
const places = () => [...list.querySelectorAll("[data-place]")];
const neighbour = (place, side) => {
  const next = place[side];
  return next?.matches("[data-place]") ? next : null;
};
let dragged = null;
let came = null;

function ready(root) {
  for (const grip of root.querySelectorAll("[data-grip]")) grip.hidden = false;
  for (const place of root.querySelectorAll("[data-place]")) place.draggable = true;
  if (root.matches("[data-place]")) root.draggable = true;
}

async function tell(place) {
  const form = place.querySelector("form");
  const before = neighbour(place, "previousElementSibling");
  const after = neighbour(place, "nextElementSibling");
  const words = new FormData(form);
  if (before) words.set("after", before.dataset.place);
  else words.set("before", after.dataset.place);
  const answer = await fetch(form.action, { method: "POST", body: words }).catch(() => null);
  if (!answer?.ok) return location.reload();
  const number = places().indexOf(place) + 1;
  document.querySelector("#announcer").textContent = list.dataset.moved.replace("%s", number);
}

list?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name !== "step") return;
  const place = button.closest("[data-place]");
  const back = button.value === "back";
  const other = neighbour(place, back ? "previousElementSibling" : "nextElementSibling");
  if (!other) return; // perhaps on another page: the form knows
  event.preventDefault();
  if (back) other.before(place);
  else other.after(place);
  button.focus();
  tell(place);
});

list?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-place]");
  came = dragged?.nextSibling;
  if (!dragged) return;
  event.dataTransfer.setDragImage(dragged, 24, 24);
  event.dataTransfer.effectAllowed = "move";
  dragged.dataset.dragged = "";
});
list?.addEventListener("dragover", (event) => {
  const over = event.target.closest("[data-place]");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
});
list?.addEventListener("drop", (event) => dragged && event.preventDefault());
list?.addEventListener("dragend", (event) => {
  if (!dragged) return;
  delete dragged.dataset.dragged;
  if (event.dataTransfer.dropEffect === "none") came ? came.before(dragged) : list.append(dragged);
  else if (dragged.nextSibling !== came) tell(dragged);
  dragged = null;
});

if (list) {
  ready(list);
  document.addEventListener("htmx:load", (event) => ready(event.target));
}
