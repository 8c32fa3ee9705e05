"""Collecting from a picture, arranging by button and by drag, and all of it without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import Visitor


def test_pictures_are_collected_and_arranged_on_the_page(gallery: Site, arrive: Arrive) -> None:
    visitor = arrive(gallery, known=True)
    images = _collect(visitor, "Evening light", 3)
    page = visitor.page
    page.get_by_role("button", name="Evening light").click()
    expect(page.get_by_role("button", name="Evening light")).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(page.get_by_role("button", name="Evening light")).to_be_focused()
    page.get_by_role("button", name="Evening light").click()
    expect(page.get_by_role("button", name="Evening light")).to_have_attribute(
        "aria-pressed", "true"
    )

    visitor.open("/collections/")
    page.get_by_role("link", name="Evening light").click()
    assert visitor.pictures(page.locator(".rows")) == images
    page.get_by_role("link", name="Arrange").click()
    button = page.locator("[data-place]").nth(2).get_by_role("button", name="Nearer to the start")
    with page.expect_response(re.compile("/move/")):
        button.press("Enter")
    assert _places(page) == [images[0], images[2], images[1]]
    expect(page.locator("#announcer")).to_have_text("Moved to place 2")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Nearer to the start")

    with page.expect_response(re.compile("/move/")):
        page.locator("[data-place]").nth(2).locator("[data-grip]").drag_to(
            page.locator("[data-place]").nth(0), target_position={"x": 20, "y": 4}
        )
    assert _places(page) == [images[1], images[0], images[2]]
    page.reload()
    assert _places(page) == [images[1], images[0], images[2]]


def test_a_collection_needs_no_javascript(gallery: Site, arrive: Arrive) -> None:
    visitor = arrive(gallery, known=True, java_script_enabled=False)
    page = visitor.open("/")
    first, second = visitor.pictures()[:2]
    visitor.open(f"/images/{first}/")
    page.locator("summary", has_text="Collect").click()
    page.get_by_role("link", name="Choose a collection").click()
    page.get_by_label("New collection…").fill("Plain")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("button", name="Plain")).to_have_attribute("aria-pressed", "true")
    visitor.open(f"/images/{second}/collections/")
    page.get_by_role("button", name="Plain").click()

    page.get_by_role("link", name="Your collections").click()
    page.get_by_role("link", name="Plain").click()
    page.get_by_role("link", name="Arrange").click()
    page.locator("[data-place]").nth(0).get_by_role("button", name="Nearer to the end").click()
    assert _places(page) == [second, first]
    page.locator("[data-place]").nth(1).get_by_role("button", name="Show on the cover").click()
    expect(page.locator(".album-cover [data-image]")).to_have_attribute("data-image", first)
    page.locator("[data-place]").nth(0).get_by_role("button", name="Take out").click()
    assert _places(page) == [first]
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_text("Delete this collection").click()
    page.get_by_role("button", name="Delete the collection").click()
    expect(page.get_by_role("status").filter(has_text="“Plain” is gone")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_the_menu_leads_to_all_that_is_mine(gallery: Site, arrive: Arrive, *, phone: bool) -> None:
    visitor = arrive(gallery, known=True, phone=phone)
    page = visitor.open("/")
    menu = page.locator("#account-menu")

    for name, heading in [("Likes", "Likes"), ("Saved searches", "Saved searches")]:
        page.get_by_role("button", name="Me" if phone else "Account", exact=True).click()
        menu.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.get_by_role("button", name="Me" if phone else "Account", exact=True).click()
    menu.get_by_role("link", name="Preferences").click()
    page.get_by_role("group", name="Appearance").locator("label", has_text="Dark").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def _collect(visitor: Visitor, title: str, number: int) -> list[str]:
    """Make a collection from the first picture's page and put more into it; their ids."""
    page = visitor.open("/")
    images = visitor.pictures()[:number]
    for place, image in enumerate(images):
        visitor.open(f"/images/{image}/")
        page.locator("summary", has_text="Collect").click()
        if place == 0:
            page.get_by_label("New collection…").fill(title)
            page.get_by_role("button", name="Create").click()
        else:
            page.get_by_role("button", name=title).click()
        button = page.get_by_role("button", name=title)
        expect(button).to_have_attribute("aria-pressed", "true")
    return images


def _places(page: Page) -> list[str]:
    found = page.locator("[data-place]").all()
    return [str(place.get_attribute("data-place")) for place in found]
