// Shares a picture's address: by the system's sheet where there is one, else by copying it.
function reveal(root) {
  for (const button of root.querySelectorAll("[data-share]"))
    button.hidden = "system" in button.dataset && !navigator.share;
}

async function share(button) {
  const address = new URL(button.dataset.share, location.href).href;
  if (navigator.share) {
    await navigator.share({ title: button.dataset.title, url: address }).catch(() => {});
    return;
  }
  await navigator.clipboard.writeText(address);
  const done = button.querySelector("[data-done]");
  done.hidden = false;
  setTimeout(() => (done.hidden = true), 2000);
}

if (navigator.share || navigator.clipboard) {
  reveal(document);
  document.addEventListener("htmx:load", (event) => reveal(event.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-share]");
    if (button) share(button);
  });
}
