"""From a stranger to a kept picture, with each of the models that a new installation offers."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.cast import PASSWORD
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.openai_behaviours import slow


def test_a_stranger_signs_up_and_watches_a_picture_appear(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site)
    visitor.watch()
    visitor.open("/")
    visitor.sign_up("stranger", PASSWORD)
    visitor.should_have(credits=3)

    visitor.open("/generate/")
    visitor.make("a lighthouse at dusk above a stormy sea", state="succeeded")
    visitor.should_have(credits=2)

    seen = visitor.seen()
    assert seen["states"] in (["queued", "running", "succeeded"], ["running", "succeeded"])
    assert len(seen["progress"]) > 3
    assert seen["credits"] == ["3", "2"]
    [image] = visitor.pictures(visitor.card)
    _is_kept(visitor, image)
    _is_public(arrive(site), image)


def test_openais_models_over_http(openai_site: Site, openai: OpenAIStandIn, arrive: Arrive) -> None:
    visitor = arrive(openai_site, known=True)
    visitor.watch()
    visitor.open("/generate/")

    visitor.choose("Images", "2")
    expect(visitor.generate).to_contain_text("2 credits")
    visitor.make("two lighthouses", state="succeeded")
    visitor.should_have(credits=8)
    pair = visitor.pictures(visitor.card)
    assert len(pair) == 2

    visitor.choose("Model", "Sunburst")
    visitor.choose("Quality", "Fine")
    expect(visitor.generate).to_contain_text("3 credits")
    openai.next(slow(3))
    visitor.make("the best of all lighthouses", state="succeeded")
    visitor.should_have(credits=5)
    assert visitor.seen()["previews"], "no partial picture was shown"
    [best] = visitor.pictures(visitor.card)

    assert [_is_kept(visitor, image) for image in [*pair, best]] == openai.pictures
    _is_public(arrive(openai_site), best)
    assert [(order["model"], order.get("n", 1)) for order in openai.orders] == [
        ("gpt-image-2.6-flare", 2),
        ("gpt-image-2.6-sunburst", 1),
    ]


def _is_kept(visitor: Visitor, image: str) -> bytes:
    """In the history, and on a page of its own with its original, which is returned."""
    visitor.open("/history/")
    visitor.page.locator(f"[data-image='{image}']").click()
    assert visitor.path == f"/images/{image}/"
    link = visitor.page.get_by_role("link", name="Download", exact=True)
    original = visitor.download(link)
    assert original in visitor.site.originals()
    with Image.open(BytesIO(original)) as picture:
        assert picture.size == (1024, 1024)
    return original


def _is_public(anyone: Visitor, image: str) -> None:
    """On the home page and on its own page for somebody who is not logged in."""
    anyone.open("/")
    anyone.page.locator(f"[data-image='{image}']").click()
    assert anyone.path == f"/images/{image}/"
    stage = anyone.page.locator(".stage")
    assert anyone.pictures(stage) == [image]
    shown = stage.locator("picture img")
    assert shown.evaluate("async (img) => (await img.decode(), img.naturalWidth)") >= 512
