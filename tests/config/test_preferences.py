"""Preferences: kept on the server, followed by every page, and never in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.test import Client

from accounts import languages
from accounts.models import User
from generator import catalogue
from generator.models import Generation, ImageModel
from tests.cast import PASSWORD, a_person
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db

ADDRESS = "/accounts/preferences/"


@pytest.fixture
def at_home(client: Client, alice: User, openai: OpenAIStandIn) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def chinese(settings: Any, tmp_path: Path) -> Any:
    """As if our own texts were there in Simplified Chinese."""
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(b"")
    settings.LOCALE_PATHS = [tmp_path]
    languages.translated.cache_clear()
    yield
    languages.translated.cache_clear()


def save(client: Client, **fields: str) -> Any:
    wishes = {"theme": "auto", "language": "", "default_visibility": "public", **fields}
    return client.post(ADDRESS, wishes)


def test_everything_is_saved_with_one_button(at_home: Client, alice: User) -> None:
    wishes = {
        "theme": "dark",
        "language": "zh-hant",
        "default_model": "sunburst",
        "default_size": "1536x1024",
        "default_quality": "high",
        "default_visibility": "private",
    }

    assert save(at_home, **wishes)["Location"] == ADDRESS

    alice.refresh_from_db()
    assert {name: getattr(alice, name) for name in wishes} == wishes
    form = at_home.get(ADDRESS).context["form"]
    assert {name: form[name].value() for name in wishes} == wishes


@pytest.mark.parametrize(
    "wish",
    [
        {"theme": "pink"},
        {"theme": ""},
        {"language": "tlh"},
        {"default_model": "vanished"},
        {"default_size": "7x7"},
        {"default_quality": "ultra"},
        {"default_visibility": "everyone"},
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_saved(
    at_home: Client, alice: User, wish: dict[str, str]
) -> None:
    response = save(at_home, **{"default_quality": "low", **wish})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(wish)
    assert "Nothing is saved yet" in response.content.decode()
    alice.refresh_from_db()
    assert alice.default_quality == ""


def test_a_model_that_is_gone_meanwhile_is_not_in_the_way(at_home: Client, alice: User) -> None:
    save(at_home, default_model="sunburst")
    ImageModel.objects.filter(slug="sunburst").update(is_active=False)
    catalogue.forget()

    assert at_home.get(ADDRESS).context["form"]["default_model"].value() == ""
    assert at_home.get("/generate/").context["model"].slug == "flare"


def test_the_unverified_keep_the_visibility_they_once_chose(
    at_home: Client, alice: User, settings: Any
) -> None:
    save(at_home, default_visibility="unlisted")
    settings.EMAIL_VERIFICATION = "optional"

    assert save(at_home, default_visibility="public").status_code == 302

    alice.refresh_from_db()
    assert alice.default_visibility == "unlisted"
    assert "default_visibility" not in at_home.get(ADDRESS).context["form"].fields
    assert at_home.get("/generate/").context["form"]["visibility"].value() == "private"


def test_preferences_need_a_person(client: Client) -> None:
    assert "/accounts/login/" in client.get(ADDRESS)["Location"]


def test_the_studio_begins_with_what_one_usually_takes(at_home: Client) -> None:
    save(
        at_home,
        default_model="sunburst",
        default_size="1536x1024",
        default_quality="high",
        default_visibility="unlisted",
    )

    response = at_home.get("/generate/")
    form = response.context["form"]
    assert response.context["model"].slug == "sunburst"
    assert [form[name].value() for name in ("size", "quality", "visibility")] == [
        "1536x1024",
        "high",
        "unlisted",
    ]
    other = at_home.get("/generate/", {"model": "flare", "quality": "low"}).context["form"]
    assert (other["model"].value(), other["quality"].value()) == ("flare", "low")
    assert other["size"].value() == "1536x1024"


def test_what_the_model_does_not_offer_is_passed_over(at_home: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(
        default_model="vanished", default_size="8x8", default_quality="max", default_visibility="x"
    )
    ImageModel.objects.filter(slug="flare").update(qualities=["low", "medium"])
    catalogue.forget()

    response = at_home.get("/generate/")

    form = response.context["form"]
    assert response.context["model"].slug == "flare"
    assert form["size"].value() == form.chosen.sizes[0]
    assert form["quality"].value() == form.chosen.default_quality
    assert form["visibility"].value() == "public"


def test_a_form_that_leaves_something_out_takes_the_usual(at_home: Client) -> None:
    save(at_home, default_quality="low", default_visibility="private")

    at_home.post("/generate/", {"prompt": "a lighthouse"})

    generation = Generation.objects.get()
    assert (generation.quality, generation.visibility) == ("low", "private")


@pytest.mark.parametrize(("theme", "there"), [("auto", False), ("light", True), ("dark", True)])
def test_the_theme_stands_on_every_page(
    at_home: Client, alice: User, theme: str, there: bool
) -> None:
    save(at_home, theme=theme)

    for address in ("/", "/generate/", ADDRESS, "/accounts/email/"):
        page = at_home.get(address).content.decode()
        assert (f'data-theme="{theme}"' in page) == there
    assert "data-theme" not in Client().get("/").content.decode()


def test_a_chosen_language_is_spoken_at_once_and_on_every_device(
    at_home: Client, alice: User
) -> None:
    save(at_home, language="zh-hans")

    first = at_home.get("/generate/")
    assert '<html lang="zh-hans"' in first.content.decode()
    assert first["Content-Language"] == "zh-hans"
    elsewhere = Client()
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])
    elsewhere.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert '<html lang="zh-hans"' in elsewhere.get("/generate/").content.decode()
    elsewhere.post("/accounts/logout/")
    assert '<html lang="zh-hans"' in elsewhere.get("/accounts/login/").content.decode()


def test_the_choice_can_be_taken_back_and_is_not_passed_on(at_home: Client, alice: User) -> None:
    save(at_home, language="zh-hans")
    save(at_home, language="")
    assert '<html lang="en"' in at_home.get("/generate/").content.decode()

    save(at_home, language="zh-hans")
    at_home.force_login(a_person("dora"))
    at_home.get("/billing/")
    assert '<html lang="en"' in at_home.get("/generate/").content.decode()


def test_a_language_that_was_dropped_is_not_spoken(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="tlh")
    client.force_login(alice)
    client.cookies[house.LANGUAGE_COOKIE_NAME] = "tlh"

    assert '<html lang="en"' in client.get("/generate/").content.decode()


def test_a_browser_is_answered_in_english_while_there_is_nothing_else(client: Client) -> None:
    response = client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert '<html lang="en"' in response.content.decode()
    assert "Accept-Language" not in response.get("Vary", "")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.5", "zh-hans"),
        ("fr,zh-Hans;q=0.5", "zh-hans"),
        ("zh-TW,zh;q=0.9", "zh-hans"),
        ("zh-TW", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("*", "en"),
        ("\x01;q=x,,", "en"),
        ("", "en"),
    ],
)
def test_a_browser_is_answered_in_the_first_language_that_is_there(
    chinese: None, asked: str, answered: str
) -> None:
    from django.test import RequestFactory

    request = RequestFactory().get("/", headers={"Accept-Language": asked})

    assert languages.asked_for(request) == answered


def test_knowing_the_language_costs_no_query(
    at_home: Client, alice: User, django_assert_num_queries: Any
) -> None:
    save(at_home, language="zh-hans")

    with django_assert_num_queries(0):
        assert at_home.get("/healthz")["Content-Language"] == "zh-hans"
