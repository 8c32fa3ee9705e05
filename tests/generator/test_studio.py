"""The studio on the web: what can be sent, what is answered, and that nothing typed is lost."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import audit
from gallery.models import Category, Image
from generator import cards, catalogue, leases
from generator.models import Generation, ImageModel, State
from tests.cast import a_generation, a_person, a_request, balance, do_the_work
from tests.stand_ins import openai_behaviours as behaviours
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(client: Client, alice: User, openai: OpenAIStandIn) -> Client:
    client.force_login(alice)
    return client


def errors(response: Any) -> str:
    return str(response.context["form"].errors)


def test_a_request_is_accepted_and_followed(studio: Client, alice: User) -> None:
    response = studio.post("/generate/", a_request(count=3, model="flare", tags="Sea, #night ,sea"))

    generation = Generation.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/generations/{generation.pk}/"
    assert (generation.count, generation.tags) == (3, ["sea", "night"])
    assert balance(alice) == 7


def test_only_a_prompt_is_needed(studio: Client) -> None:
    studio.post("/generate/", {"prompt": "a lighthouse"})

    generation = Generation.objects.get()
    assert (generation.model.slug, generation.quality, generation.count) == ("flare", "medium", 1)
    assert (generation.width, generation.height, generation.visibility) == (1024, 1024, "public")


def test_every_field_of_the_contract_arrives(studio: Client) -> None:
    studio.post(
        "/generate/",
        a_request(
            model="sunburst",
            size="1536x1024",
            quality="low",
            count="1",
            style="vivid",
            category="animals",
            tags="a",
            visibility="unlisted",
        ),
    )

    generation = Generation.objects.get()
    assert generation.model.slug == "sunburst"
    assert (generation.width, generation.height) == (1536, 1024)
    assert (generation.quality, generation.style) == ("low", "vivid")
    assert generation.category == Category.objects.get(slug="animals")
    assert generation.visibility == "unlisted"


def test_a_free_size_is_rendered_larger_and_scaled_down(studio: Client) -> None:
    studio.post("/generate/", a_request(size="custom", width="500", height="400"))
    do_the_work()

    generation, image = Generation.objects.get(), Image.objects.get()
    assert (generation.width, generation.height) == (500, 400)
    assert generation.is_scaled
    assert (image.width, image.height) == (generation.render_width, generation.render_height)
    assert image.shown_size == (500, 400)
    assert image.rendition("wanted", "webp")


BAD_INPUT = [
    ({"prompt": ""}, "prompt", "Describe the picture"),
    ({"prompt": "   \n\t "}, "prompt", "Describe the picture"),
    ({"prompt": "\u200f\u200e"}, "prompt", "Describe the picture"),
    ({"prompt": "a\x00b"}, "prompt", "Null characters"),
    ({"prompt": "a" * 32_001}, "prompt", "32000 characters; this has 32001"),
    ({"prompt": "a" * 1_000_000}, "prompt", "this has 1000000"),
    ({"size": "7x7"}, "size", "does not offer this size"),
    ({"size": "banana"}, "size", "does not offer this size"),
    ({"size": "30000x30000"}, "size", "does not offer this size"),
    ({"size": "custom"}, "width", "Give a width and a height"),
    ({"size": "custom", "width": "10", "height": "1000"}, "width", "at least 64"),
    ({"size": "custom", "width": "4000", "height": "4000"}, "width", "at most 3840"),
    ({"size": "custom", "width": "abc", "height": "4"}, "width", "whole number"),
    ({"quality": "ultra"}, "quality", "does not offer"),
    ({"count": "6"}, "count", "at most 5"),
    ({"count": "0"}, "count", "at most 5"),
    ({"count": "-1"}, "count", "at most 5"),
    ({"count": "many"}, "count", "at most 5"),
    ({"style": "cubist"}, "style", "does not offer"),
    ({"category": "nonsense"}, "category", "not one of"),
    ({"visibility": "everyone"}, "visibility", "not one of"),
    ({"tags": ",".join(map(str, range(11)))}, "tags", "At most 10"),
    ({"tags": "x" * 41}, "tags", "at most 40"),
    ({"model": "vanished"}, "model", "not available any more"),
]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"), BAD_INPUT, ids=[str(row[0])[:40] for row in BAD_INPUT]
)
def test_bad_input_gets_a_sentence_beside_its_field_and_costs_nothing(
    studio: Client, alice: User, fields: dict[str, str], field: str, sentence: str
) -> None:
    response = studio.post("/generate/", a_request(**fields))

    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors[field])
    assert not Generation.objects.exists()
    assert balance(alice) == 10


@pytest.mark.parametrize(
    "prompt",
    [
        "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\u202ereversed\u202c and \u05e9\u05dc\u05d5\u05dd",
        "漢字と絵文字 🎨🖌️ e\u0301",
        "{{ 7 }} {% now 'Y' %} %s %(x)s",
        "a\r\nb\u2028c",
    ],
)
def test_an_odd_prompt_is_kept_as_it_is_and_shown_harmlessly(studio: Client, prompt: str) -> None:
    response = studio.post("/generate/", a_request(prompt=prompt), follow=True)

    page = response.content.decode()
    assert Generation.objects.get().prompt.splitlines() == prompt.strip().splitlines()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "2026" not in prompt


def test_nothing_typed_is_lost_when_credits_are_missing(client: Client, openai: Any) -> None:
    dora = a_person("dora", balance=2)
    client.force_login(dora)

    response = client.post("/generate/", a_request(prompt="my long idea", count="5", tags="sea"))

    page = response.content.decode()
    assert response.status_code == 402
    assert response.context["too_few"].missing == 3
    assert "my long idea" in page
    assert response.context["form"]["tags"].value() == "sea"
    assert response.context["form"]["count"].value() == "5"
    assert balance(dora) == 2


def test_a_double_click_is_one_request(studio: Client, alice: User) -> None:
    sent = a_request()

    first, second = studio.post("/generate/", sent), studio.post("/generate/", sent)

    assert first["Location"] == second["Location"]
    assert Generation.objects.count() == 1
    assert balance(alice) == 9


def test_a_model_that_was_switched_off_meanwhile_is_not_charged(
    studio: Client, alice: User
) -> None:
    studio.get("/generate/")
    ImageModel.objects.filter(slug="flare").update(is_active=False)

    remembered = studio.post("/generate/", a_request(model="flare"))
    catalogue.forget()
    fresh = studio.post("/generate/", a_request(model="flare", prompt="keep me"))

    assert remembered.status_code == 409
    assert "Flare is not available any more" in errors(remembered)
    assert fresh.status_code == 422
    assert "Sunburst is chosen instead" in errors(fresh)
    assert "keep me" in fresh.content.decode()
    assert balance(alice) == 10


def test_a_price_that_rose_meanwhile_must_be_accepted_first(studio: Client, alice: User) -> None:
    response = studio.post("/generate/", a_request(price="1", count="3"))

    assert response.status_code == 422
    assert "3 credits, not the 1 shown" in errors(response)
    assert balance(alice) == 10


def test_the_form_shows_only_what_the_model_can_do(studio: Client) -> None:
    flare = studio.get("/generate/?model=flare").context["form"]
    sunburst = studio.get("/generate/?model=sunburst").context["form"]

    assert [choice[0] for choice in flare.fields["count"].choices] == [1, 2, 3, 4, 5]
    assert "count" not in sunburst.fields
    assert "seed" not in flare.fields
    assert set(flare.fields) >= {"prompt", "model", "size", "quality", "style", "visibility"}


def test_the_price_and_the_usual_time_stand_before_the_click(studio: Client) -> None:
    response = studio.get("/generate/", {"model": "flare", "quality": "high", "count": "2"})

    assert response.context["quote"].credits == 6
    assert response.context["quote"].seconds == 15
    assert "6 credits" in response.content.decode()


def test_a_change_of_model_keeps_what_it_can_and_drops_what_it_cannot(studio: Client) -> None:
    response = studio.get(
        "/generate/options/",
        {"model": "sunburst", "count": "4", "quality": "low", "size": "1080x1080", "prompt": "x"},
    )

    form = response.context["form"]
    assert response.status_code == 200
    assert "count" not in form.fields
    assert form["quality"].value() == "low"
    assert form["size"].value() == "1080x1080"
    assert response.context["quote"].scaled


def test_without_javascript_a_button_redraws_the_form(studio: Client, alice: User) -> None:
    response = studio.post(
        "/generate/", a_request(model="sunburst", prompt="keep me", refresh="1", tags="sea")
    )

    assert response.status_code == 200
    assert response.context["model"].slug == "sunburst"
    assert response.context["form"]["prompt"].value() == "keep me"
    assert response.context["form"]["tags"].value() == "sea"
    assert not Generation.objects.exists()


def test_the_house_limits_the_number_of_images(studio: Client, settings: Any) -> None:
    settings.MAX_IMAGES_PER_GENERATION = 2

    response = studio.post("/generate/", a_request(count="3"))

    assert "at most 2" in str(response.context["form"].errors["count"])


def test_a_studio_without_any_model_says_so(studio: Client) -> None:
    ImageModel.objects.update(is_active=False)
    catalogue.forget()

    assert studio.get("/generate/").status_code == 200
    assert studio.post("/generate/", a_request()).status_code == 503


def test_the_studio_is_for_people_who_are_logged_in(client: Client, db: None) -> None:
    assert client.get("/generate/")["Location"].startswith("/accounts/login/?next=/generate/")
    assert client.get("/generate/options/").status_code == 403


def test_only_the_owner_follows_the_work(client: Client, alice: User, bob: User) -> None:
    generation = a_generation(alice)
    client.force_login(bob)
    base = f"/generations/{generation.pk}/"

    answers = [
        client.get(base),
        client.get(f"{base}card/"),
        client.get(f"{base}preview/"),
        client.post(f"{base}cancel/"),
        client.post(f"{base}again/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert generation.prompt not in client.get("/history/").content.decode()
    assert Generation.objects.get().state == State.QUEUED


def test_a_poll_answers_204_while_nothing_has_changed(studio: Client, alice: User) -> None:
    generation = a_generation(alice)
    leases.claim(generation.pk)
    card = f"/generations/{generation.pk}/card/"

    first = studio.get(card)
    tag = first.context["card"].tag
    unchanged = studio.get(card, {"seen": tag})
    do_the_work_of(generation)
    changed = studio.get(card, {"seen": tag})

    assert (first.status_code, unchanged.status_code, changed.status_code) == (200, 204, 200)
    assert 'data-state="succeeded"' in changed.content.decode()


def do_the_work_of(generation: Generation) -> None:
    Generation.objects.filter(pk=generation.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    from generator import rendering

    rendering.render(generation.pk)


def test_an_unchanged_card_costs_no_query(
    studio: Client, alice: User, django_assert_num_queries: Any
) -> None:
    generation = a_generation(alice)
    tag = cards.card_for(generation).tag

    with django_assert_num_queries(0):
        response = studio.get(f"/generations/{generation.pk}/card/", {"seen": tag})

    assert response.status_code == 204


def test_a_card_read_just_before_a_change_is_not_remembered(alice: User) -> None:
    read_before = a_generation(alice)
    cards.changed(read_before.pk)

    tag = cards.card_for(read_before).tag

    assert not cards.is_unchanged(read_before.pk, tag)


def test_somebody_logged_out_gets_no_card(client: Client, alice: User) -> None:
    assert client.get(f"/generations/{a_generation(alice).pk}/card/").status_code == 403


def test_the_card_tells_the_position_in_the_queue(studio: Client, alice: User, bob: User) -> None:
    for _ in range(3):
        a_generation(bob)
    generation = a_generation(alice)

    card = studio.get(f"/generations/{generation.pk}/").context["card"]

    assert card.position == 4
    assert card.can_cancel


def test_progress_is_elapsed_time_against_the_median_and_never_full(alice: User) -> None:
    generation = a_generation(alice)
    generation.state = State.RUNNING

    def percent(seconds: float) -> int | None:
        generation.started_at = timezone.now() - timedelta(seconds=seconds)
        return cards.Card(generation=generation).percent

    usual = generation.model.usual_seconds
    assert percent(0) == 0
    assert percent(usual / 2) in (42, 45)
    assert 90 <= (percent(usual * 2) or 0) < 100
    assert (percent(usual * 100) or 0) <= 99


def test_a_failure_shows_the_refund_and_offers_the_same_again(
    studio: Client, alice: User, openai: OpenAIStandIn
) -> None:
    openai.next(behaviours.refuse())
    studio.post("/generate/", a_request(count="2", style="vivid", tags="sea"))
    do_the_work()
    failed = Generation.objects.get()

    page = studio.get(f"/generations/{failed.pk}/")
    card = page.context["card"]
    again = studio.post(f"/generations/{failed.pk}/again/", {"id": str(card.again_id)})
    studio.post(f"/generations/{failed.pk}/again/", {"id": str(card.again_id)})

    assert 'data-state="refused"' in page.content.decode()
    assert card.refunded == 2
    assert str(card.sentence) in page.content.decode().replace("&#x27;", "'")
    new = Generation.objects.get(pk=card.again_id)
    assert again["Location"] == f"/generations/{new.pk}/"
    assert (new.prompt, new.count, new.style, new.tags) == (failed.prompt, 2, "vivid", ["sea"])
    assert Generation.objects.count() == 2
    assert list(audit.differences()) == []


def test_cancelling_over_the_web_gives_the_credits_back(studio: Client, alice: User) -> None:
    generation = a_generation(alice, count=2)

    response = studio.post(f"/generations/{generation.pk}/cancel/", follow=True)

    assert 'data-state="cancelled"' in response.content.decode()
    assert balance(alice) == 10


def test_the_header_carries_the_balance(studio: Client) -> None:
    page = studio.get("/generate/").content.decode()

    assert re.search(r'data-credits="10"', page)


def test_the_history_holds_everything_newest_first_in_pages(studio: Client, alice: User) -> None:
    now = timezone.now()
    for number in range(25):
        generation = a_generation(alice, unit_price=1) if number < 5 else None
        if generation is None:
            Generation.objects.create(
                user=alice,
                model=ImageModel.objects.get(slug="flare"),
                prompt=str(number),
                width=1,
                height=1,
                render_width=1,
                render_height=1,
                unit_price=1,
                created_at=now + timedelta(seconds=number),
            )

    first = studio.get("/history/")
    second = studio.get(first.context["next_url"])

    shown = [card.generation.pk for page in (first, second) for card in page.context["cards"]]
    expected = Generation.objects.newest_first().values_list("pk", flat=True)
    assert shown == list(expected)


def test_the_history_costs_the_same_queries_with_few_and_with_many(
    studio: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    for many in (1, 19):
        for _ in range(many):
            generation = a_generation(a_person(uuid.uuid4().hex[:8], balance=1))
            Generation.objects.filter(pk=generation.pk).update(
                user=alice, state=State.FAILED, finished_at=timezone.now()
            )
        # person, generations with models, their pictures, the balance; the session is cached
        with django_assert_max_num_queries(5):
            studio.get("/history/")


def test_a_size_without_a_name_opens_as_width_and_height(studio: Client) -> None:
    form = studio.get("/generate/", {"model": "flare", "size": "900x700"}).context["form"]

    assert form["size"].value() == "custom"
    assert (form["width"].value(), form["height"].value()) == (900, 700)
    assert (form.quote.width, form.quote.height) == (900, 700)


@pytest.mark.parametrize("side", ["width", "height"])
@pytest.mark.parametrize("path", ["/generate/", "/generate/options/"])
def test_a_side_of_thousands_of_digits_opens_without_a_price(
    studio: Client, path: str, side: str
) -> None:
    sides = {"width": "1024", "height": "1024", side: "9" * 5000}

    response = studio.get(path, {"model": "flare", "size": "custom", **sides})

    assert response.status_code == 200
    assert response.context["form"].quote is None


def test_line_ends_count_as_one_character_as_in_the_browser(studio: Client) -> None:
    limit = ImageModel.objects.get(slug="flare").prompt_limit
    prompt = ("\r\n" * 100).join(["a", "b" * (limit - 101)])

    studio.post("/generate/", a_request(prompt=prompt))

    assert Generation.objects.get().prompt == prompt.replace("\r\n", "\n")


@pytest.mark.parametrize("path", ["/", "/generate/", "/history/", "/billing/", "/healthz"])
def test_a_head_request_is_answered_as_its_page(studio: Client, path: str) -> None:
    assert studio.head(path).status_code == 200
