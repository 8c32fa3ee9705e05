// Cards ask for news each second: more rarely after a minute, never while nobody looks, and no
// more once the answer is that there is nothing to see.
const MINUTE = 60_000;
const RARELY = 4;
const polls = new Map();

document.addEventListener("htmx:beforeRequest", (event) => {
  const card = event.target;
  if (!card.matches("[data-poll]")) return;
  const poll = polls.get(card.id) ?? { since: performance.now(), ticks: 0, stopped: false };
  polls.set(card.id, poll);
  poll.ticks += 1;
  const old = performance.now() - poll.since > MINUTE;
  if (poll.stopped || document.hidden || (old && poll.ticks % RARELY)) event.preventDefault();
});

document.addEventListener("htmx:responseError", ({ target, detail }) => {
  const poll = polls.get(target.id);
  if (poll && [403, 404].includes(detail.xhr.status)) poll.stopped = true;
});
