// Keeps the prompt of this tab while one logs in again, looks elsewhere or reloads.
const KEY = "easel-draft";
const box = document.querySelector("[data-draft]");

if (box && !box.value && !location.search) {
  box.value = sessionStorage.getItem(KEY) ?? "";
  if (box.value) box.dispatchEvent(new Event("input", { bubbles: true }));
}
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-draft]")) sessionStorage.setItem(KEY, event.target.value);
});
