// Copies the text of an element; the button shows only where the browser can do it.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const [label, done] = button.querySelectorAll("span");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    label.hidden = true;
    done.hidden = false;
    setTimeout(() => {
      label.hidden = false;
      done.hidden = true;
    }, 2000);
  });
}
