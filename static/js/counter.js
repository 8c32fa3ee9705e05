// Counts a text's characters against its limit while it is typed.
const update = (box) => {
  const text = document.querySelector(`${box.dataset.count} [data-count-text]`);
  const limit = Number(document.getElementById("options")?.dataset.limit ?? box.dataset.limit);
  const count = [...box.value].length;
  text.textContent = text.dataset.countText
    .replace("{count}", count.toLocaleString(document.documentElement.lang))
    .replace("{limit}", limit.toLocaleString(document.documentElement.lang));
  text.toggleAttribute("data-over", count > limit);
};
const updateAll = () => document.querySelectorAll("[data-count]").forEach(update);

updateAll();
document.addEventListener("input", (event) => event.target.matches("[data-count]") && update(event.target));
document.addEventListener("htmx:afterSettle", updateAll);
