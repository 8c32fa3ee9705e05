// Lets a person look at the password they type. Without JavaScript the button stays hidden.
const toggle = (button) => {
  const field = document.getElementById(button.dataset.passwordToggle);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
};

for (const button of document.querySelectorAll("[data-password-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", () => toggle(button));
  // A browser offers to keep passwords, but not words in plain fields.
  button.form?.addEventListener("submit", () => {
    if (button.getAttribute("aria-pressed") === "true") toggle(button);
  });
}
