"""Tiers side by side, and in the hands of administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import comparison, tiers
from billing.models import Membership, Tier
from tests.generator.test_limits import subscribe

pytestmark = pytest.mark.django_db


def words(user: User, slug: str, *, better: bool = False) -> list[str]:
    [column] = [one for one in comparison.with_mine(tiers.of(user)) if one.tier.slug == slug]
    return [line.words for line in column.lines if line.is_better or not better]


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({}, "basic"),
        ({"state": "past_due"}, "basic"),
        ({"state": "ended"}, "free"),
        ({"paid_until": timedelta(days=-2)}, "basic"),
        ({"paid_until": timedelta(days=-4)}, "free"),
    ],
)
def test_a_tier_lasts_as_long_as_it_is_paid_and_a_little_longer(
    alice: User, bob: User, changes: dict[str, Any], slug: str
) -> None:
    subscribe(alice, "basic")
    if "paid_until" in changes:
        changes = {"paid_until": timezone.now() + changes["paid_until"]}
    Membership.objects.update(**changes)

    assert tiers.of(alice).slug == slug
    assert tiers.of(bob).slug == "free"


def test_of_several_memberships_the_highest_counts(
    alice: User, django_assert_num_queries: Any
) -> None:
    subscribe(alice, "premium")
    Membership.objects.update(source=Membership.Source.GOOGLE)
    subscribe(alice, "basic")
    tiers.offered()

    with django_assert_num_queries(1):
        assert tiers.of(alice).slug == "premium"


def test_each_tier_says_what_it_allows(alice: User) -> None:
    assert words(alice, "free") == [
        "5 pictures a request",
        "10 requests at once",
        "100 pictures within 24 hours",
        "Pictures of up to 4.1 megapixels",
        "Private pictures",
        "A watermark, unless you switch it off",
    ]
    assert "As many pictures a day as you can pay" in words(alice, "premium")
    assert "700 credits a month" in words(alice, "premium")


def test_what_is_more_than_one_has_stands_out(alice: User, bob: User) -> None:
    subscribe(bob, "premium")

    assert words(alice, "free", better=True) == []
    assert "8 pictures a request" in words(alice, "basic", better=True)
    assert "Private pictures" not in words(alice, "basic", better=True)
    assert words(bob, "basic", better=True) == []


def test_it_follows_the_rows_and_the_ceilings_of_the_house(alice: User, settings: Any) -> None:
    settings.MAX_ACTIVE_GENERATIONS = 15
    Tier.objects.filter(slug="basic").update(images_per_request=1, private_pictures=False)
    tiers.forget()

    assert "1 picture a request" in words(alice, "basic")
    assert "15 requests at once" in words(alice, "basic")
    assert "No private pictures" in words(alice, "basic")


def test_the_page_marks_the_persons_own(alice: User) -> None:
    subscribe(alice, "basic")

    text = render_to_string(
        "billing/_tiers.html", {"comparison": comparison.with_mine(tiers.of(alice))}
    )

    _before, mine, after = text.partition('aria-current="true"')
    assert text.count("Your tier") == 1
    assert mine
    assert after.startswith(' data-tier="basic"')


def test_superusers_change_tiers_and_the_change_holds_at_once(
    client: Client, carol: User, alice: User
) -> None:
    tier = Tier.objects.get(slug="free")
    client.force_login(carol)
    address = f"/admin/billing/tier/{tier.pk}/change/"
    fields = {
        "slug": "free",
        "name": "Gratis",
        "rank": 0,
        "images_per_request": 2,
        "jobs_at_once": 1,
        "max_pixels": 2048 * 2048,
        "watermark": "always",
        "monthly_credits": 0,
    }

    assert tiers.of(alice).name == "Free"
    answer = client.post(address, fields)

    assert answer.status_code == 302, answer.context["errors"]
    assert tiers.of(alice).name == "Gratis"
    assert tiers.of(alice).images_per_day is None


def test_other_staff_only_looks(client: Client, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    codes = ["view_tier", "change_tier", "delete_tier", "add_tier"]
    bob.user_permissions.set(Permission.objects.filter(codename__in=codes))
    tier = Tier.objects.get(slug="free")
    client.force_login(bob)

    assert client.get(f"/admin/billing/tier/{tier.pk}/change/").status_code == 200
    assert client.post(f"/admin/billing/tier/{tier.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/billing/tier/add/").status_code == 403


def test_the_lowest_tier_and_those_paid_for_stay(client: Client, carol: User, alice: User) -> None:
    subscribe(alice, "basic")
    client.force_login(carol)

    def delete(slug: str) -> int:
        tier = Tier.objects.get(slug=slug)
        return client.post(f"/admin/billing/tier/{tier.pk}/delete/", {"post": "yes"}).status_code

    assert (delete("free"), delete("basic"), delete("premium")) == (403, 403, 302)
    assert set(Tier.objects.values_list("slug", flat=True)) == {"free", "basic"}


def test_no_list_action_deletes_the_lowest(client: Client, carol: User) -> None:
    client.force_login(carol)
    chosen = list(Tier.objects.values_list("pk", flat=True))

    client.post(
        "/admin/billing/tier/",
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )

    assert Tier.objects.count() == 3
