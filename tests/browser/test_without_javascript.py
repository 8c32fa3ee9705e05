"""The whole journey by links, forms and pages that load themselves again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.cast import PASSWORD
from tests.stand_ins.openai import OpenAIStandIn


def test_a_stranger_makes_a_picture_without_javascript(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, java_script_enabled=False)
    page = visitor.open("/")
    visitor.sign_up("plain", PASSWORD)
    visitor.should_have(credits=3)

    visitor.open("/generate/")
    visitor.describe("a harbour in the morning")
    visitor.generate.click()

    expect(page).to_have_url(re.compile(r"/generations/[0-9a-f-]{36}/$"))
    card = visitor.wait_for("succeeded")
    visitor.should_have(credits=2)
    [image] = visitor.pictures(card)
    page.get_by_role("link", name="History").first.click()
    page.locator(f"[data-image='{image}']").click()
    original = visitor.download(page.get_by_role("link", name="Download", exact=True))
    assert original in site.originals()
    page.get_by_role("link", name="Home").first.click()
    assert image in visitor.pictures()


def test_the_model_changes_by_a_button(
    openai_site: Site, openai: OpenAIStandIn, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True, java_script_enabled=False)
    page = visitor.open("/generate/")
    visitor.describe("a harbour by night")
    visitor.choose("Model", "Sunburst")

    page.get_by_role("button", name="Update options and price").click()

    expect(page.get_by_role("group", name="Images")).to_have_count(0)
    expect(visitor.prompt).to_have_value("a harbour by night")
    expect(visitor.generate).to_contain_text("2 credits")
    visitor.generate.click()
    visitor.wait_for("succeeded")
    assert openai.orders[0]["model"] == "gpt-image-2.6-sunburst"


def test_what_is_wrong_stands_beside_its_cause_without_javascript(
    openai_site: Site, openai: OpenAIStandIn, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True, java_script_enabled=False)
    visitor.expect_status(402, 422)
    page = visitor.open("/generate/")
    visitor.describe("five expensive harbours")
    visitor.choose("Images", "5")
    visitor.choose("Quality", "Fine")

    visitor.generate.click()

    expect(page.get_by_role("alert")).to_contain_text("The price is 15 credits, not the 1 shown")
    visitor.generate.click()
    expect(page.get_by_role("alert")).to_contain_text("5 missing")
    expect(visitor.prompt).to_have_value("five expensive harbours")
    visitor.should_have(credits=10)
    assert openai.orders == []
