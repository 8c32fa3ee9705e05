// Moves bars and clocks on between two answers of the server, by the server's own rule:
// even up to 90 % at the usual time, then ever slower, never full.
const started = new WeakMap();

const percent = (elapsed, expected) => {
  const share = elapsed / Math.max(1, expected);
  return share <= 1 ? 90 * share : Math.min(99, 100 - 10 / share);
};

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const advance = (work) => {
  if (!started.has(work)) started.set(work, performance.now() - 1000 * work.dataset.elapsed);
  const elapsed = (performance.now() - started.get(work)) / 1000;
  const expected = Number(work.dataset.expected);
  work.querySelector("progress").value = percent(elapsed, expected);
  work.querySelector("[data-clock]").textContent = clock(elapsed);
  work.toggleAttribute("data-late", elapsed > expected);
};

setInterval(() => document.querySelectorAll("[data-progress]").forEach(advance), 200);
