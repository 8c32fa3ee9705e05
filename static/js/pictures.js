// Hides a picture's placeholder once the picture itself is there, so that transparent ones stay so.
const settle = (img) => {
  if (img.complete && img.naturalWidth) img.dataset.loaded = "";
};

document.querySelectorAll(".frame picture img").forEach(settle);
document.addEventListener(
  "load",
  (event) => event.target.matches?.(".frame picture img") && settle(event.target),
  true,
);

// Remembers the list that a picture was opened from, so that its page can go on in it.
document.addEventListener("click", (event) => {
  const opened = event.target.closest?.(".rows a[id^=picture-]");
  if (!opened || opened.closest(".related")) return;
  const links = [...opened.closest(".rows").querySelectorAll("a[id^=picture-]")];
  try {
    sessionStorage.setItem("list", JSON.stringify(links.map((link) => link.pathname)));
  } catch {
    // No room or not allowed: the page's own neighbours will do.
  }
});
