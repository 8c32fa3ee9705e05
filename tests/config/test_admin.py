"""The admin: searchable and quick, the ledger read-only, a reason for every grant."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import CreditEntry
from gallery import collecting
from gallery.models import Image
from generator.models import Generation, ImageModel, ProviderCall
from tests.cast import a_generation, a_person, balance
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db

LISTS = [
    "accounts/user",
    "billing/creditaccount",
    "billing/creditentry",
    "billing/redeemcode",
    "billing/referral",
    "gallery/image",
    "gallery/category",
    "gallery/tag",
    "gallery/collection",
    "generator/generation",
    "generator/imagemodel",
    "generator/blockedterm",
]


@pytest.fixture
def admin(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


def fill(count: int) -> None:
    for number in range(count):
        person = a_person(f"person{User.objects.count()}-{number}", balance=5)
        generation = a_generation(person)
        ProviderCall.objects.create(generation=generation, number=1, request_id=f"req{number}")
        image = an_image(person, ready=False)
        collecting.create(user=person, title=f"no. {number}", images=[image])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_counts_nothing_and_costs_the_same_with_more_rows(admin: Client, name: str) -> None:
    fill(2)
    with CaptureQueriesContext(connection) as few:
        assert admin.get(f"/admin/{name}/").status_code == 200
    fill(12)
    with CaptureQueriesContext(connection) as many:
        assert admin.get(f"/admin/{name}/").status_code == 200

    assert len(many) <= len(few)
    if name not in {"gallery/category", "generator/imagemodel"}:  # tables that stay small
        assert not [q["sql"] for q in many.captured_queries if "COUNT(*)" in q["sql"]]


@pytest.mark.parametrize("name", LISTS)
def test_a_search_finds_and_odd_input_harms_nothing(admin: Client, name: str) -> None:
    fill(1)

    for query in ("person", "' OR 1=1 --", "%_", "\U0001f3a8", "x" * 500):
        assert admin.get(f"/admin/{name}/", {"q": query}).status_code == 200


def test_a_generation_is_found_by_the_providers_request_id(admin: Client, alice: User) -> None:
    generation = a_generation(alice, prompt="find me")
    ProviderCall.objects.create(generation=generation, number=1, request_id="req_abc")

    page = admin.get("/admin/generator/generation/", {"q": "req_abc"}).content.decode()

    assert "find me" in page
    assert "req_abc" in page


def test_the_ledger_can_be_read_and_not_changed(admin: Client, alice: User) -> None:
    entry = CreditEntry.objects.for_user(alice).get()
    base = "/admin/billing/creditentry"

    assert admin.get(f"{base}/{entry.pk}/change/").status_code == 200
    assert admin.get(f"{base}/add/").status_code == 403
    assert admin.get(f"{base}/{entry.pk}/delete/").status_code == 403
    assert admin.post(f"{base}/{entry.pk}/change/", {"delta": "1000"}).status_code == 403
    assert CreditEntry.objects.get(pk=entry.pk).delta == 10


def test_a_grant_by_an_administrator_needs_a_reason_and_names_who_gave_it(
    admin: Client, alice: User, carol: User
) -> None:
    url = f"/admin/billing/creditaccount/{alice.pk}/grant/"

    refused = admin.post(url, {"amount": "5", "reason": ""})
    accepted = admin.post(url, {"amount": "5", "reason": "a bug of ours"})

    assert "required" in refused.content.decode()
    assert accepted.status_code == 302
    entry = CreditEntry.objects.for_user(alice).newest_first()[0]
    assert (entry.kind, entry.delta, entry.reason) == ("grant", 5, "a bug of ours")
    assert entry.created_by == carol
    assert balance(alice) == 15


def test_taking_back_more_than_there_is_is_refused_with_a_sentence(
    admin: Client, alice: User
) -> None:
    answer = admin.post(
        f"/admin/billing/creditaccount/{alice.pk}/grant/", {"amount": "-11", "reason": "x"}
    )

    assert "you have 10" in answer.content.decode()
    assert balance(alice) == 10


def test_the_admin_is_closed_to_others(client: Client, alice: User, bob: User) -> None:
    client.force_login(bob)

    for name in LISTS:
        assert client.get(f"/admin/{name}/").status_code == 302
    assert client.post(f"/admin/billing/creditaccount/{alice.pk}/grant/").status_code == 302


def test_a_moderator_hides_a_picture_and_brings_it_back(admin: Client, alice: User) -> None:
    image = an_image(alice)

    def act(action: str) -> None:
        admin.post("/admin/gallery/image/", {"action": action, "_selected_action": [image.pk]})

    act("hide")
    assert Client().get(f"/images/{image.pk}/").status_code == 404
    act("show_again")
    assert Client().get(f"/images/{image.pk}/").status_code == 200


def test_a_picture_cannot_be_deleted_or_its_facts_changed(admin: Client, alice: User) -> None:
    image = an_image(alice)

    admin.post(
        f"/admin/gallery/image/{image.pk}/change/", {"prompt": "other", "visibility": "private"}
    )

    assert admin.get(f"/admin/gallery/image/{image.pk}/delete/").status_code == 403
    assert Image.objects.get().prompt == "a lighthouse at dusk"
    assert Image.objects.get().visibility == "private"


def a_model_form(**fields: Any) -> dict[str, Any]:
    return {
        "slug": "mine",
        "name": "Mine",
        "provider": "openai",
        "provider_model": "my-model",
        "position": "5",
        "is_active": "on",
        "sizes": '["1024x1024"]',
        "side_step": "16",
        "max_side": "2048",
        "min_pixels": "65536",
        "max_pixels": "4194304",
        "max_ratio": "3",
        "qualities": '["low"]',
        "default_quality": "low",
        "styles": "[]",
        "max_images": "2",
        "prompt_limit": "1000",
        "usual_seconds": "10",
        "text_rate": "0",
        "image_rate": "0",
        "output_rate": "0",
        "prices-TOTAL_FORMS": "1",
        "prices-INITIAL_FORMS": "0",
        "prices-0-quality": "low",
        "prices-0-up_to_pixels": "4194304",
        "prices-0-credits": "1",
        "prices-0-provider_cost": "0",
        **fields,
    }


def test_a_model_is_added_as_data_and_offered_at_once(
    admin: Client, carol: User, openai: Any
) -> None:
    added = admin.post("/admin/generator/imagemodel/add/", a_model_form())

    assert added.status_code == 302
    form = admin.get("/generate/?model=mine").context["form"]
    assert form.chosen == ImageModel.objects.get(slug="mine")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sizes": '["big"]'}, "Not a size"),
        ({"sizes": "[]"}, "This field is required"),
        ({"sizes": "{"}, "valid JSON"),
        ({"default_quality": "high"}, "one of the qualities"),
        ({"styles": '["cubist"]'}, "Known styles"),
        ({"prices-0-up_to_pixels": "1000"}, "No price covers"),
        ({"prices-0-credits": "0"}, "greater than or equal to 1"),
        ({"max_images": "11"}, "less than or equal to 10"),
    ],
)
def test_a_model_that_the_studio_could_not_offer_is_refused(
    admin: Client, fields: dict[str, str], sentence: str
) -> None:
    page = admin.post("/admin/generator/imagemodel/add/", a_model_form(**fields))

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not ImageModel.objects.filter(slug="mine").exists()


def test_a_blocked_term_works_at_once(admin: Client, alice: User, openai: Any) -> None:
    admin.post("/admin/generator/blockedterm/add/", {"term": "  Forbidden   THING ", "note": ""})
    client = Client()
    client.force_login(alice)

    answer = client.post("/generate/", {"prompt": "a forbidden thing"})

    assert "not allowed here" in str(answer.context["form"].errors["prompt"])
    assert not Generation.objects.exists()
