"""Logging in and out, and what happens to a page that outlived its session."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.cast import PASSWORD


def test_logging_out_and_in_again_with_a_wrong_password_between(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site)
    page = visitor.open("/")
    visitor.sign_up("returning", PASSWORD)

    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Log out").click()
    expect(visitor.balance).to_have_count(0)
    page.locator("header").get_by_role("link", name="Log in").click()
    visitor.log_in("returning", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("e-mail address or the password is wrong")
    visitor.log_in("returning", PASSWORD)

    visitor.should_have(credits=3)


def test_a_session_survives_a_restart_of_the_server(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    page = visitor.open("/generate/")
    visitor.describe("written before the restart")

    site.restart_web()

    visitor.generate.click()
    expect(visitor.card).to_contain_text("written before the restart")
    page.reload()
    visitor.should_have(credits=9)


def test_a_session_that_ended_leads_over_the_log_in_back_to_the_same_prompt(
    site: Site, arrive: Arrive
) -> None:
    visitor = arrive(site)
    visitor.open("/")
    visitor.sign_up("absent", PASSWORD)
    visitor.open("/generate/")
    visitor.prompt.press_sequentially("a thought that must not be lost")
    visitor.context.clear_cookies(name="easel_session")

    visitor.generate.click()
    visitor.log_in("absent", PASSWORD)

    expect(visitor.prompt).to_have_value("a thought that must not be lost")
    visitor.should_have(credits=3)


def test_a_form_that_grew_old_says_so_and_loses_nothing(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    visitor.expect_status(403)
    page = visitor.open("/generate/")
    visitor.describe("typed on an old page")
    visitor.context.clear_cookies(name="easel_csrf")

    visitor.generate.click()

    expect(page.get_by_role("alert")).to_contain_text("open for too long")
    expect(visitor.prompt).to_have_value("typed on an old page")


def test_an_old_form_gets_a_page_with_a_way_on_without_javascript(
    site: Site, arrive: Arrive
) -> None:
    visitor = arrive(site, known=True, java_script_enabled=False)
    visitor.expect_status(403)
    page = visitor.open("/generate/")
    visitor.describe("typed on an old page")
    visitor.context.clear_cookies(name="easel_csrf")

    visitor.generate.click()

    expect(page.get_by_role("heading")).to_have_text("This page grew old")
    expect(page.get_by_text("what you typed is still there")).to_be_visible()
    expect(page.get_by_role("link", name="To the pictures")).to_be_visible()
