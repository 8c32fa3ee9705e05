"""Sample people, a few of whom make most of the pictures."""

from __future__ import annotations

import random

from django.contrib.auth.hashers import make_password

from accounts.models import User
from generator.samples import words

PROLIFIC = "prolific"
PROLIFIC_SHARE = 0.05
"""Of all sample pictures; of a million that is 50,000."""

MOST_PEOPLE = 5000


def people_for(pictures: int) -> list[int]:
    """Primary keys: first that of ``prolific``, then of everybody else, the busiest first.

    They cannot log in by password. Those of an earlier call are found again.
    """
    wanted = [_person(number) for number in range(min(MOST_PEOPLE, max(8, pictures // 200)))]
    User.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=500)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        emails = [person.email for person in wanted[start : start + 500]]
        found.update(User.objects.filter(email__in=emails).values_list("email", "pk"))
    # A name that a real person has is left to that person.
    return [found[person.email] for person in wanted if person.email in found]


def authors(chance: random.Random, pks: list[int], count: int) -> list[int]:
    """Who made each of ``count`` pictures: one in twenty ``prolific``, the others by power law."""
    others = words.falling(len(pks) - 1, 0.7)
    shares = [total * (1 - PROLIFIC_SHARE) / others[-1] for total in others]
    weights = [PROLIFIC_SHARE, *(PROLIFIC_SHARE + share for share in shares)]
    return chance.choices(pks, cum_weights=weights, k=count)


def _person(number: int) -> User:
    chance = random.Random(f"person {number}")  # noqa: S311 - sample data, no secret
    first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
    username = f"{first}{last[0]}{number}" if number else PROLIFIC
    return User(
        username=username,
        email=f"{username}@example.com",
        display_name=f"{first} {last}".title() if number else "Prolific",
        password=make_password(None),
    )
