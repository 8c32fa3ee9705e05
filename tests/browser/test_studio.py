"""The studio's form, as one uses it."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.stand_ins.openai import OpenAIStandIn


def test_another_model_brings_its_options_and_keeps_the_prompt(
    openai_site: Site, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True)
    page = visitor.open("/generate/")
    page.evaluate("window.stayed = true")
    visitor.describe("a lighthouse")
    images = page.get_by_role("group", name="Images")
    expect(visitor.generate).to_contain_text("1 credit")

    visitor.choose("Images", "5")
    expect(visitor.generate).to_contain_text("5 credits")
    visitor.choose("Quality", "Fine")
    expect(visitor.generate).to_contain_text("15 credits")
    visitor.choose("Model", "Sunburst")
    expect(images).to_have_count(0)
    expect(visitor.generate).to_contain_text("3 credits")
    visitor.choose("Quality", "Draft")
    expect(visitor.generate).to_contain_text("1 credit")
    visitor.choose("Model", "Flare")
    expect(images).to_be_visible()

    expect(visitor.prompt).to_have_value("a lighthouse")
    assert page.evaluate("window.stayed")


def test_a_size_that_the_model_cannot_render_is_named_before_the_click(
    openai_site: Site, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True)
    page = visitor.open("/generate/")

    page.get_by_text("More sizes").click()
    visitor.choose("Size", "512²")
    expect(page.get_by_text("we scale it down for you")).to_be_visible()
    visitor.choose("Size", "YouTube banner")
    expect(visitor.generate).to_contain_text("2 credits")
    expect(page.get_by_role("radio", name="4K wallpaper")).to_be_disabled()
    expect(page.get_by_text("Basic allows pictures of up to 8.2 megapixels.")).to_be_visible()
    visitor.choose("Size", "Width × height")
    for name, value in (("Width", "3840"), ("Height", "400")):
        page.get_by_role("spinbutton", name=name).fill(value)
        page.get_by_role("spinbutton", name=name).press("Tab")
    expect(page.get_by_text("renders ratios up to 3:1")).to_be_visible()


def test_what_the_tier_does_not_allow_is_said_where_it_stands(
    openai_site: Site, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True)
    page = visitor.open("/generate/")
    visitor.describe("a lighthouse")
    page.get_by_text("More sizes").click()
    visitor.choose("Size", "Width × height")
    for name, value in (("Width", "3000"), ("Height", "2000")):
        page.get_by_role("spinbutton", name=name).fill(value)
        page.get_by_role("spinbutton", name=name).press("Tab")
    refusal = page.get_by_text("Free allows pictures of up to 4.1 megapixels. Basic allows")
    expect(refusal).to_be_visible()

    visitor.expect_status(422)
    visitor.generate.click()

    expect(refusal).to_have_count(1)
    expect(page.get_by_role("link", name="Compare the plans").first).to_be_visible()
    expect(visitor.prompt).to_have_value("a lighthouse")
    visitor.should_have(credits=10)


def test_what_is_typed_while_the_options_are_on_their_way_stays(
    openai_site: Site, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True)
    page = visitor.open("/generate/")
    page.get_by_text("More sizes").click()
    visitor.choose("Size", "Width × height")
    width, height = (page.get_by_role("spinbutton", name=name) for name in ("Width", "Height"))

    held: list[Route] = []
    page.route("**/generate/options/**", lambda route: held.append(route), times=1)
    width.press("Control+a")
    width.press_sequentially("1024")
    with page.expect_request("**/generate/options/**"):
        width.press("Tab")
    height.press("Control+a")
    height.press_sequentially("1536")
    held[0].continue_()

    expect(page.get_by_text("1024 × 1536")).to_be_visible()
    expect(height).to_have_value("1536")
    expect(height).to_be_focused()


def test_a_double_click_makes_one_picture(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    visitor.open("/generate/")
    visitor.describe("only one, please")

    visitor.generate.dblclick()

    expect(visitor.card).to_contain_text("only one, please")
    visitor.open("/history/")
    visitor.should_have(credits=9)
    expect(visitor.page.locator("[data-generation]")).to_have_count(1)


def test_two_clicks_on_a_slow_server_make_one_picture_without_javascript(
    site: Site, arrive: Arrive
) -> None:
    visitor = arrive(site, known=True, java_script_enabled=False)
    page = visitor.open("/generate/")
    visitor.describe("only one, please")
    button = visitor.generate.bounding_box()
    assert button

    site.web.freeze()
    try:
        for _ in range(2):
            with page.expect_request(lambda request: request.method == "POST"):
                page.mouse.click(button["x"] + 20, button["y"] + 20)
            page.wait_for_timeout(300)  # until it has been sent; the server does not answer
    finally:
        site.web.thaw()

    expect(visitor.card).to_contain_text("only one, please")
    visitor.open("/history/")
    visitor.should_have(credits=9)
    expect(page.locator("[data-generation]")).to_have_count(1)


def test_a_second_click_after_the_first_work_makes_a_second(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    page = visitor.open("/generate/")
    visitor.describe("one more of these")

    visitor.generate.click()
    expect(page.locator("[data-generation]")).to_have_count(1)
    visitor.generate.click()
    expect(page.locator("[data-generation]")).to_have_count(2)

    visitor.should_have(credits=8)


def test_too_few_credits_says_how_many_are_missing_and_keeps_what_was_typed(
    openai_site: Site, openai: OpenAIStandIn, arrive: Arrive
) -> None:
    visitor = arrive(openai_site, known=True)
    visitor.expect_status(402)
    page = visitor.open("/generate/")
    visitor.describe("five expensive lighthouses")
    visitor.choose("Images", "5")
    visitor.choose("Quality", "Fine")
    expect(visitor.generate).to_contain_text("15 credits")

    visitor.generate.click()

    expect(page.get_by_role("alert")).to_contain_text("5")
    expect(page.get_by_role("alert").get_by_role("link")).to_be_visible()
    expect(visitor.prompt).to_have_value("five expensive lighthouses")
    expect(page.get_by_role("radio", name="5", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Fine")).to_be_checked()
    visitor.should_have(credits=10)
    assert openai.orders == []

    visitor.choose("Quality", "Draft")
    expect(visitor.generate).to_contain_text("5 credits")
    visitor.generate.click()
    visitor.wait_for("succeeded")
    expect(page.get_by_role("alert")).to_have_count(0)
    visitor.should_have(credits=5)
