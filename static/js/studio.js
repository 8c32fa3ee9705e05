// Sends the studio's form without leaving the page: the work appears among the results, and what
// is wrong appears beside its cause. Without this file the form is an ordinary one.
const form = () => document.getElementById("studio");
const REJECTED = new Set([402, 409, 422]);

// The id that the next Generation will have: sent twice, it is the same Generation.
const renewId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  form().elements.id.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const clearProblems = () => {
  form().querySelectorAll("[data-problem]").forEach((problem) => problem.remove());
  form().querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
};

const showProblem = (name) => {
  clearProblems();
  form().prepend(document.getElementById(name).content.cloneNode(true));
  form().firstElementChild.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt !== form()) return;
  if (REJECTED.has(detail.xhr.status)) {
    Object.assign(detail, {
      shouldSwap: true,
      isError: false,
      target: form(),
      swapOverride: "outerHTML",
      selectOverride: "#studio",
    });
  } else if (detail.xhr.status < 400 && !detail.serverResponse.includes("data-generation=")) {
    detail.shouldSwap = false; // a page of its own, such as the one to log in
    location.assign(detail.xhr.responseURL);
  }
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.requestConfig.elt.matches("#studio")) return; // `.id` would be the field of that name
  if (REJECTED.has(detail.xhr.status)) {
    (form().querySelector("[aria-invalid]") ?? form().querySelector("[data-problem] a"))?.focus();
    return;
  }
  clearProblems();
  renewId();
  document.getElementById("results").firstElementChild?.scrollIntoView({ block: "nearest", behavior: "smooth" });
});

// While it is sent the button is off and the focus lost: whoever uses the keyboard goes on here.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.elt !== form() || document.activeElement !== document.body) return;
  form().querySelector("[data-submit]").focus({ preventScroll: true });
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (detail.requestConfig.elt === form()) showProblem(detail.xhr.status === 403 ? "stale" : "unsent");
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form().contains(event.target)) {
    event.preventDefault();
    form().requestSubmit(form().querySelector("[data-submit]"));
  }
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-fill]");
  if (!example) return;
  event.preventDefault();
  const box = document.querySelector(example.dataset.fill);
  box.value = example.textContent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});

// A page that the browser kept and shows again must not send the id that it sent before.
addEventListener("pageshow", (event) => event.persisted && form() && renewId());
