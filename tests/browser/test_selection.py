"""Many pictures at once: ticked, made private, deleted and brought back, taken home as a zip."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import Visitor

PICTURES = "/history/?view=pictures"


def _with_pictures(arrive: Arrive, site: Site, *, count: int, scripts: bool = True) -> Visitor:
    visitor = arrive(site, known=True, java_script_enabled=scripts)
    visitor.expect_status(404)  # the last preview, where the work ended while it was on its way
    for number in range(count):
        visitor.open("/generate/")
        visitor.describe(f"a harbour in the morning, {number}")
        visitor.generate.click()
        visitor.wait_for("succeeded")
    visitor.open(PICTURES)
    return visitor


def test_pictures_are_picked_counted_hidden_deleted_and_brought_back(
    site: Site, arrive: Arrive
) -> None:
    visitor = _with_pictures(arrive, site, count=3)
    page = visitor.page
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()

    ticks = page.get_by_role("checkbox")
    ticks.nth(0).check()
    ticks.nth(2).click(modifiers=["Shift"])
    expect(bar.locator("output")).to_have_text("Selected: 3")
    bar.get_by_role("button", name="None").click()
    expect(bar).to_be_hidden()
    ticks.nth(1).check()
    bar.get_by_role("button", name="All on this page").click()
    expect(bar.locator("output")).to_have_text("Selected: 3")

    bar.get_by_text("Visibility").click()
    page.keyboard.press("Escape")
    expect(bar.get_by_role("button", name="Make private")).to_be_hidden()
    expect(bar.locator("summary").first).to_be_focused()
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="Make private").click()
    expect(page.get_by_role("status").first).to_contain_text("3 pictures: private now.")
    expect(page.locator(".tile-mark")).to_have_count(3)

    ticks.nth(0).check()
    bar.get_by_role("button", name="Delete").click()
    expect(page.locator(".tile")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tile")).to_have_count(3)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_zip_is_taken_home_with_and_without_scripts(
    site: Site, arrive: Arrive, scripts: bool
) -> None:
    visitor = _with_pictures(arrive, site, count=1, scripts=scripts)
    page = visitor.page
    page.get_by_role("checkbox").first.check()

    data = visitor.download(page.get_by_role("button", name="Download zip"))

    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        picture, table = zipped.namelist()
        assert picture.startswith("0001-a-harbour-in-the-morning")
        assert zipped.read(picture) in site.originals()
        assert b"a harbour in the morning" in zipped.read(table)


def test_a_prompt_is_used_again(site: Site, arrive: Arrive) -> None:
    visitor = _with_pictures(arrive, site, count=1)
    page = visitor.open("/prompts/")

    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    page.get_by_role("button", name="Use again").click()

    expect(visitor.prompt).to_have_value("a harbour in the morning, 0")
