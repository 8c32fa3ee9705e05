"""Whose session it is, and whether the address was verified, in one statement."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.backends import Backend
from accounts.models import User
from tests.cast import a_person


def with_address(user: User, email: str, *, verified: bool) -> User:
    EmailAddress.objects.create(user=user, email=email, verified=verified)
    return user


@pytest.mark.parametrize(
    ("email", "verified", "trusted"),
    [
        ("dora@example.com", True, True),
        ("DORA@Example.com", True, True),
        ("dora@example.com", False, False),
        ("earlier@example.com", True, False),
    ],
)
@pytest.mark.django_db
def test_a_person_of_a_session_is_trusted_for_the_present_address_only(
    settings: Any, django_assert_num_queries: Any, email: str, verified: bool, trusted: bool
) -> None:
    settings.EMAIL_VERIFICATION = "mandatory"
    dora = with_address(a_person("dora"), email, verified=verified)

    with django_assert_num_queries(1):
        found = Backend().get_user(dora.pk)
        assert found is not None
        assert bool(found.is_trusted) is trusted

    assert found == dora
    assert User.objects.get(pk=dora.pk).is_trusted is trusted
    assert (found.username, found.email, found.date_joined) == (
        dora.username,
        dora.email,
        dora.date_joined,
    )


@pytest.mark.django_db
def test_the_session_of_somebody_switched_off_or_gone_is_nobody_s(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert Backend().get_user(alice.pk) is None
    assert Backend().get_user(alice.pk + 1) is None
