// Fetches the next page before its link comes into view; a choice in a menu shows at once.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      target.click();
    }
  },
  { rootMargin: "1200px" },
);

const watch = () => document.querySelectorAll("[data-more]").forEach((link) => near.observe(link));

watch();
document.addEventListener("htmx:afterSwap", watch);
document.querySelector(".filters")?.addEventListener("change", ({ target, currentTarget }) => {
  if (target.matches("select")) currentTarget.requestSubmit();
});
