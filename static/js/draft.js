// Keeps the prompt of this tab while one logs in again, looks elsewhere or reloads: for the person
// who wrote it, and only as long as it could be sent.
const box = document.querySelector("[data-draft]");
const key = (area) => `easel-draft-${area.dataset.draft}`;

if (box && !box.value && !location.search) {
  box.value = sessionStorage.getItem(key(box)) ?? "";
  if (box.value) box.dispatchEvent(new Event("input", { bubbles: true }));
}
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-draft]")) return;
  if (target.value.length <= Number(target.dataset.limit)) sessionStorage.setItem(key(target), target.value);
});
