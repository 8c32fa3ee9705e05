// Copies the text of an element or field; the button shows only where the browser can do it.
function reveal(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const [label, done] = button.querySelectorAll("span");
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  label.hidden = true;
  done.hidden = false;
  setTimeout(() => {
    label.hidden = false;
    done.hidden = true;
  }, 2000);
}

if (navigator.clipboard) {
  reveal(document);
  document.addEventListener("htmx:load", (event) => reveal(event.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}
