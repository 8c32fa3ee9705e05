"""What a tier allows: up to the limit, not beyond it, and not by sending everything at once."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import tiers
from billing.allowances import BeyondTier
from billing.models import CreditAccount, Membership, Tier
from gallery.models import Visibility
from generator import pricing, settling, submission
from generator.models import Generation, ImageModel, State
from generator.submission import ImageRequest
from tests.cast import a_person, a_request, all_at_once, balance

pytestmark = pytest.mark.django_db


def a_wish(*, count: int = 1, width: int = 1024, height: int = 1024, **fields: Any) -> ImageRequest:
    model = ImageModel.objects.prefetch_related("prices").get(slug="flare")
    quote = pricing.quote(model=model, quality="medium", width=width, height=height, count=count)
    values = {"id": uuid.uuid4(), "prompt": "a lighthouse", "quality": "medium", **fields}
    return ImageRequest(model=model, quote=quote, **values)


def allow(slug: Any = "free", **limits: Any) -> None:
    Tier.objects.filter(slug=slug).update(**limits)
    tiers.forget()


def subscribe(user: User, slug: str) -> None:
    Membership.objects.create(
        account=CreditAccount.objects.get(pk=user.pk),
        tier=Tier.objects.get(slug=slug),
        source=Membership.Source.STRIPE,
        reference=f"sub_{user.pk}",
        state=Membership.State.ACTIVE,
        paid_until=timezone.now() + timedelta(days=30),
    )


def submit(user: User, **wish: Any) -> Generation:
    return submission.submit(user=user, request=a_wish(**wish))


def test_pictures_of_one_request_up_to_the_tiers_number(db: None) -> None:
    alice, bob = a_person("alice", balance=50), a_person("bob", balance=50)
    subscribe(bob, "basic")

    assert submit(alice, count=5)
    with pytest.raises(BeyondTier) as caught:
        submit(alice, count=6)
    assert submit(bob, count=8)
    with pytest.raises(BeyondTier) as his:
        submit(bob, count=9)

    assert "Free allows 5 pictures a request. Basic allows 8" in caught.value.sentence
    assert "Basic allows 8 pictures a request. Premium allows 10" in his.value.sentence
    assert (balance(alice), balance(bob)) == (45, 42)


def test_no_tier_is_named_that_would_not_do(alice: User) -> None:
    allow(slug="basic", images_per_request=5)

    with pytest.raises(BeyondTier) as caught:
        submit(alice, count=6)

    assert caught.value.higher
    assert caught.value.higher.slug == "premium"


def test_pixels_up_to_the_tiers_number(db: None) -> None:
    alice = a_person("alice", balance=500)
    allow(max_pixels=1024 * 1024)

    assert submit(alice, width=1024, height=1024)
    with pytest.raises(BeyondTier, match="max_pixels"):
        submit(alice, width=1040, height=1024)


def test_private_pictures_where_the_tier_has_them(alice: User, bob: User) -> None:
    assert submit(alice, visibility=Visibility.PRIVATE)
    allow(private_pictures=False)
    subscribe(bob, "basic")

    with pytest.raises(BeyondTier) as caught:
        submit(alice, visibility=Visibility.PRIVATE)

    assert (
        caught.value.sentence == "Free allows no private pictures. Basic allows private pictures."
    )
    assert submit(alice, visibility=Visibility.UNLISTED)
    assert submit(bob, visibility=Visibility.PRIVATE)


def test_requests_at_once_up_to_the_tiers_number(alice: User, bob: User) -> None:
    allow(jobs_at_once=2)
    first = submit(alice)
    submit(alice)

    with pytest.raises(BeyondTier) as caught:
        submit(alice)
    assert "Free allows 2 requests at once. Wait until one is done." in caught.value.sentence
    assert submit(bob)
    settling.cancel(user=alice, pk=first.pk)

    assert submit(alice)


def test_the_ceiling_of_the_house_holds_for_every_tier(alice: User, settings: Any) -> None:
    settings.MAX_ACTIVE_GENERATIONS = 1
    subscribe(alice, "premium")
    submit(alice)

    with pytest.raises(submission.TooManyAtOnce):
        submit(alice)


def test_pictures_of_a_day_up_to_the_tiers_number(alice: User, bob: User) -> None:
    allow(images_per_day=4)
    first = submit(alice, count=3)

    with pytest.raises(BeyondTier) as caught:
        submit(alice, count=2)
    assert "You have 1 picture left for now." in caught.value.sentence
    assert submit(alice, count=1)
    assert submit(bob, count=4)
    with pytest.raises(BeyondTier):
        submit(alice)

    Generation.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert submit(alice, count=3)


def test_what_was_cancelled_or_not_delivered_does_not_count(alice: User) -> None:
    allow(images_per_day=3)
    cancelled = submit(alice, count=3)
    settling.cancel(user=alice, pk=cancelled.pk)
    partly = submit(alice, count=3)
    Generation.objects.filter(pk=partly.pk).update(
        state=State.PARTLY, delivered=1, finished_at=timezone.now()
    )

    assert submit(alice, count=2)
    with pytest.raises(BeyondTier):
        submit(alice)


def test_refused_work_leaves_no_trace(alice: User) -> None:
    with pytest.raises(BeyondTier):
        submit(alice, count=6)

    assert not Generation.objects.exists()
    assert balance(alice) == 10


def test_a_double_click_on_the_last_one_allowed_finds_it(alice: User) -> None:
    allow(jobs_at_once=1)
    wish = a_wish()

    first = submission.submit(user=alice, request=wish)

    assert submission.submit(user=alice, request=wish) == first


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("limit", ["jobs_at_once", "images_per_day"])
def test_thirty_at_once_are_no_more_than_allowed(limit: str) -> None:
    alice = a_person("alice", balance=100)
    allow(**{limit: 4})
    wishes = [a_wish() for _ in range(30)]

    results = all_at_once([partial(submission.submit, user=alice, request=wish) for wish in wishes])

    assert sum(isinstance(result, Generation) for result in results) == 4
    assert sum(isinstance(result, BeyondTier) for result in results) == 26
    assert balance(alice) == 96


def test_the_studio_says_it_beside_the_field_and_keeps_the_words(client: Client) -> None:
    alice = a_person("alice", balance=100)
    allow(images_per_request=3)
    client.force_login(alice)

    page = client.post("/generate/", a_request(prompt="a fox", count=4))

    text = page.content.decode()
    assert page.status_code == 422
    assert page.context["form"].errors["count"]
    assert text.count("Free allows 3 pictures a request. Basic allows 8") == 1
    assert "#plans" in text
    assert "a fox</textarea>" in text
    assert balance(alice) == 100


def test_the_studio_says_what_concerns_the_whole_form_above_it(client: Client, alice: User) -> None:
    allow(jobs_at_once=1)
    submit(alice)
    client.force_login(alice)

    page = client.post("/generate/", a_request(prompt="a fox"))

    text = page.content.decode()
    assert page.status_code == 409
    assert text.count("Free allows 1 request at once.") == 1
    assert 'class="button" href="/billing/#plans"' in text
    assert "a fox</textarea>" in text


def test_the_studio_marks_what_is_beyond(client: Client, alice: User) -> None:
    allow(private_pictures=False, max_pixels=1024 * 1024, images_per_request=3)
    client.force_login(alice)

    text = client.get("/generate/").content.decode()

    assert 'value="4" disabled' in text
    assert 'value="3" disabled' not in text
    assert 'value="private" disabled' in text
    assert 'value="1920x1080" disabled' in text
    assert "Basic allows 8 pictures a request." in text


def test_a_wish_for_private_pictures_never_turns_public(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(default_visibility=Visibility.PRIVATE)
    allow(private_pictures=False)
    client.force_login(alice)

    page = client.post("/generate/", {"prompt": "a fox"})

    assert page.status_code == 422
    assert not Generation.objects.exists()


def test_the_api_says_it_in_its_own_words(client: Client, alice: User) -> None:
    allow(jobs_at_once=1, images_per_request=3)
    client.force_login(alice)

    def ask(**wish: Any) -> Any:
        body = json.dumps({"prompt": "a fox", **wish})
        return client.post("/api/v1/generations", body, content_type="application/json")

    beyond = ask(count=4)
    first = ask()
    second = ask()

    assert beyond.status_code == 422
    assert "Free allows 3" in beyond.json()["error"]["fields"]["count"]
    assert first.status_code == 202
    assert second.status_code == 409
    assert second.json()["error"]["code"] == "tier_limit"
    assert "Free allows 1 request at once" in second.json()["error"]["message"]


def test_a_house_without_tiers_has_only_its_own_limits(alice: User) -> None:
    Tier.objects.all().delete()
    tiers.forget()

    assert submit(alice, count=10)
