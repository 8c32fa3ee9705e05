"""A person at a browser, and what can be seen over their shoulder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

from tests.browser.site import Site

PATIENCE = 20_000
"""Milliseconds until something that should happen has not; a machine in CI is slow."""

WATCH = """
window.seen = {states: [], previews: [], progress: [], credits: []};
const note = (name, value) => {
  if (value !== null && value !== undefined && seen[name].at(-1) !== value) seen[name].push(value);
};
const look = () => {
  const card = document.querySelector("[data-state]");
  note("states", card?.dataset.state);
  note("previews", card?.querySelector("[data-state=running] .skeleton img")?.getAttribute("src"));
  note("progress", card?.querySelector("progress")?.value);
  note("credits", document.querySelector("[data-credits]")?.dataset.credits);
};
new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
"""


class Visitor:
    """Drives one page. ``complaints`` gathers what the browser's console has to say."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        context.set_default_timeout(PATIENCE)
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self.page = context.new_page()
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("dialog", self._on_dialog)
        self._expected: set[int] = set()

    def expect_status(self, *statuses: int) -> None:
        """Not a complaint from now on: an answer of this kind."""
        self._expected.update(statuses)

    # Going places

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site.url}{path}")
        return self.page

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site.url)

    def sign_up(self, name: str, password: str) -> None:
        """From wherever there is a button to sign up."""
        self.page.locator("header").get_by_role("link", name="Sign up").click()
        self.page.get_by_label("E-mail").fill(f"{name}@example.com")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.locator("main").get_by_role("button", name="Sign up").click()
        expect(self.balance).to_be_visible()

    def log_in(self, name: str, password: str) -> None:
        self.page.get_by_label("E-mail").fill(f"{name}@example.com")
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.locator("main").get_by_role("button", name="Log in").click()

    # The studio

    def describe(self, prompt: str) -> None:
        self.prompt.fill(prompt)

    def choose(self, group: str, option: str) -> None:
        """Pick a radio button by the words that its label begins with."""
        words = re.compile(rf"^\s*{re.escape(option)}(?!\w)")
        self.page.get_by_role("group", name=group).locator("label", has_text=words).click()

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_role("textbox", name="Prompt")

    @property
    def generate(self) -> Locator:
        """The main button, price included."""
        return self.page.get_by_role("button", name="Generate")

    @property
    def card(self) -> Locator:
        """The newest work on this page."""
        return self.page.locator("[data-generation]").first

    def wait_for(self, state: str) -> Locator:
        """Until the newest work is in this state; returns its card."""
        expect(self.card).to_have_attribute("data-state", state, timeout=PATIENCE)
        return self.card

    def make(self, prompt: str, *, state: str) -> Locator:
        """Describe, press the button, wait for this end; the page is the studio."""
        self.describe(prompt)
        self.generate.click()
        expect(self.card).to_contain_text(prompt)
        return self.wait_for(state)

    # Money

    @property
    def balance(self) -> Locator:
        return self.page.locator("[data-credits]")

    def should_have(self, credits: int) -> None:
        """The header's balance, now or in a moment."""
        expect(self.balance).to_have_attribute("data-credits", str(credits), timeout=PATIENCE)

    # Pictures

    def pictures(self, within: Locator | None = None) -> list[str]:
        """The ids of the Images shown."""
        found = (within or self.page.locator("main")).locator("[data-image]")
        return [str(each.get_attribute("data-image")) for each in found.all()]

    def download(self, link: Locator) -> bytes:
        with self.page.expect_download(timeout=PATIENCE) as coming:
            link.click()
        return Path(coming.value.path()).read_bytes()

    # Over the shoulder

    def watch(self) -> None:
        """Note from the next page on what the newest card and the balance go through."""
        self.context.add_init_script(WATCH)

    def seen(self) -> dict[str, list[Any]]:
        """What :meth:`watch` noted since the page was loaded: a reload would have emptied it."""
        found: dict[str, list[Any]] = self.page.evaluate("window.seen")
        return found

    def _on_console(self, message: ConsoleMessage) -> None:
        # htmx reports as an error that a newer choice of options took over from an older one.
        superseded = re.match("htmx:(sendAbort|afterRequest)", message.text)
        if message.type not in {"error", "warning"} or superseded:
            return
        status = re.search(r"(?:status of|Status Error Code) (\d+)", message.text)
        if not (status and int(status[1]) in self._expected):
            self.complaints.append(f"{message.page and message.page.url}: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog said {dialog.message!r}")
        dialog.dismiss()
