"""What a person sees when it does not go well: a sentence, their credits, a way on."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.openai_behaviours import deliver, refuse

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'><b>bold</b>"


def test_a_refusal_says_why_gives_credits_back_and_can_be_tried_again(
    openai_site: Site, openai: OpenAIStandIn, arrive: Arrive
) -> None:
    openai.next(refuse())
    visitor = arrive(openai_site, known=True)
    visitor.watch()
    visitor.open("/generate/")

    card = visitor.make("a very dark alley", state="refused")

    expect(card).to_contain_text("refused this prompt because of its safety rules")
    expect(card).to_contain_text("1 credit is back.")
    visitor.should_have(credits=10)
    assert "9" in visitor.seen()["credits"]

    card.get_by_role("button", name="Try again").click()
    again = visitor.wait_for("succeeded")
    expect(again).to_contain_text("a very dark alley")
    visitor.should_have(credits=9)
    assert [order["prompt"] for order in openai.orders] == ["a very dark alley"] * 2


def test_two_of_four_pictures_cost_two(
    openai_site: Site, openai: OpenAIStandIn, arrive: Arrive
) -> None:
    openai.next(deliver(2))
    visitor = arrive(openai_site, known=True)
    visitor.open("/generate/")

    visitor.choose("Images", "4")
    expect(visitor.generate).to_contain_text("4 credits")
    card = visitor.make("four seasons", state="partly")

    expect(card).to_contain_text("2 pictures fewer than asked")
    expect(card).to_contain_text("2 credits are back.")
    assert len(visitor.pictures(card)) == 2
    visitor.should_have(credits=8)


def test_work_that_waits_can_be_cancelled_for_a_full_refund(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    visitor.open("/generate/")
    site.worker.freeze()
    try:
        visitor.describe("the first of two")
        visitor.generate.click()
        expect(visitor.wait_for("queued")).to_contain_text("Next in line")
        visitor.describe("the second of two")
        visitor.generate.click()
        expect(visitor.card).to_contain_text("the second of two")
        expect(visitor.card).to_contain_text("Number 2 in line")
        visitor.should_have(credits=8)

        visitor.card.get_by_role("button", name="Cancel").click()

        expect(visitor.wait_for("cancelled")).to_contain_text("1 credit is back.")
        visitor.should_have(credits=9)
    finally:
        site.worker.thaw()
    visitor.open("/history/")
    expect(visitor.page.locator("[data-state=succeeded]")).to_contain_text("the first of two")
    expect(visitor.page.locator("[data-state=cancelled]")).to_contain_text("the second of two")
    visitor.should_have(credits=9)


def test_markup_in_a_prompt_is_text_everywhere(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    visitor.open("/generate/")

    card = visitor.make(NASTY, state="succeeded")
    [image] = visitor.pictures(card)
    generation = card.get_attribute("data-generation")

    places = ["/generate/", f"/generations/{generation}/", "/history/", f"/images/{image}/", "/"]
    for place in places:
        page = visitor.open(place)
        assert NASTY[:20] in page.content().replace("&lt;", "<").replace("&gt;", ">"), place
        assert page.locator("main b, main img[src=x], main script").count() == 0, place
    expect(visitor.page.get_by_alt_text(NASTY[:30])).to_be_attached()
