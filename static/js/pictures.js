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
