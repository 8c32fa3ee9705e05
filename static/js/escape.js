// Back to where one was, by the link or the Escape key; the link's address is for those who
// came from elsewhere.
const link = document.querySelector("[data-escape]");
const cameFromHere = document.referrer.startsWith(`${location.origin}/`) && history.length > 1;

link?.addEventListener("click", (event) => {
  if (!cameFromHere) return;
  event.preventDefault();
  history.back();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("[popover]:popover-open")) return;
  const open = document.querySelector("details.drop[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (!event.target.matches("input, textarea, select")) {
    link?.click();
  }
});
