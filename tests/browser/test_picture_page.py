"""The page of one picture in a browser: turning by the keyboard, and what needs no script."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site

LONG = "a harbour in the morning with many boats, " * 40


def test_the_arrows_turn_to_neighbours_and_escape_leads_back_to_the_list(
    site: Site, arrive: Arrive
) -> None:
    visitor = arrive(site, known=True)
    visitor.expect_status(404)  # the last preview, where the work ended while it was on its way
    for number in range(3):
        visitor.open("/generate/")
        visitor.make(f"a harbour in the morning, {number}", state="succeeded")
    page = visitor.open("/")
    first, second, _third = (
        tile.get_attribute("href") for tile in page.locator(".rows .tile > a").all()[:3]
    )
    page.locator(".rows .tile > a").first.click()
    page.wait_for_url(f"**{first}")

    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{second}")
    page.get_by_role("radio", name="Unlisted").focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(f"{site.url}{second}")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**{first}")
    page.keyboard.press("Escape")

    page.wait_for_url(f"{site.url}/")


def test_a_long_prompt_and_the_menu_open_without_a_script(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True, java_script_enabled=False)
    visitor.open("/generate/")
    visitor.describe(LONG)
    visitor.generate.click()
    visitor.wait_for("succeeded")
    page = visitor.open("/")
    page.locator(".rows .tile > a").first.click()
    prompt = page.locator("#prompt")
    expect(prompt).to_be_hidden()

    page.get_by_text("Show all").click()
    page.locator(".share > summary").click()

    expect(prompt).to_be_visible()
    expect(prompt).to_have_text(LONG.strip())
    expect(page.get_by_label("Address")).to_have_value(re.compile(f"{visitor.path}$"))
    expect(page.get_by_role("link", name="Reddit")).to_be_visible()
