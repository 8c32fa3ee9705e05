"""Free credits: once for each person and each mailbox, and not before the mailbox is known."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from billing import credits
from billing.models import CreditEntry
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def sign_up(email: str, username: str, client: Client | None = None) -> Any:
    fields = {"email": email, "username": username, "password1": PASSWORD}
    return (client or Client()).post("/accounts/signup/", fields, follow=True)


def balance_of(username: str) -> int:
    return credits.balance(User.objects.get(username=username))


@pytest.fixture
def verified_mail(settings: Any) -> None:
    settings.EMAIL_VERIFICATION = settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def confirm_newest(client: Client) -> None:
    words = str(mail.outbox[-1].body).split()
    client.post(next(word for word in words if "/accounts/confirm-email/" in word))


def test_signing_up_gives_them_and_says_so(client: Client) -> None:
    response = sign_up("dora@example.com", "dora", client)

    assert balance_of("dora") == 3
    sentences = [str(message) for message in response.context["messages"]]
    assert sentences == ["Welcome! 3 credits are yours to start with."]


@pytest.mark.parametrize("amount", [0, 1, 25])
def test_how_many_is_a_setting(settings: Any, amount: int) -> None:
    settings.SIGNUP_CREDITS = amount

    sign_up("dora@example.com", "dora")

    assert balance_of("dora") == amount


def test_logging_in_again_gives_nothing_more(client: Client) -> None:
    sign_up("dora@example.com", "dora", client)

    for _time in range(3):
        client.post("/accounts/logout/")
        client.post("/accounts/login/", {"login": "dora@example.com", "password": PASSWORD})

    assert balance_of("dora") == 3
    assert CreditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("dora@example.com", "dora+again@example.com"),
        ("dora@gmail.com", "d.o.r.a@gmail.com"),
        ("dora@gmail.com", "Dora+x@googlemail.com"),
    ],
)
def test_a_second_account_on_the_same_mailbox_gets_none(first: str, second: str) -> None:
    sign_up(first, "dora")

    sign_up(second, "dora2")

    assert (balance_of("dora"), balance_of("dora2")) == (3, 0)


def test_another_mailbox_is_another_person() -> None:
    sign_up("dora@example.com", "dora")
    sign_up("d.o.r.a@example.com", "dora2")

    assert (balance_of("dora"), balance_of("dora2")) == (3, 3)


def test_with_verification_they_come_when_the_address_is_confirmed(
    client: Client, verified_mail: None
) -> None:
    sign_up("dora@example.com", "dora", client)
    assert balance_of("dora") == 0

    confirm_newest(client)

    assert balance_of("dora") == 3


def test_whoever_may_enter_unverified_gets_them_only_when_verified(
    client: Client, settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    sign_up("dora@example.com", "dora", client)
    assert "_auth_user_id" in client.session
    assert balance_of("dora") == 0

    confirm_newest(client)

    assert balance_of("dora") == 3


def test_confirming_another_address_later_gives_nothing_more(
    client: Client, verified_mail: None
) -> None:
    sign_up("dora@example.com", "dora", client)
    confirm_newest(client)

    client.post("/accounts/email/", {"email": "other@example.com", "action_add": ""})
    confirm_newest(client)

    assert User.objects.get(username="dora").email == "other@example.com"
    assert balance_of("dora") == 3


def test_an_administrator_who_confirms_by_hand_gives_them_too(
    client: Client, carol: User, verified_mail: None
) -> None:
    sign_up("dora@example.com", "dora")
    address = EmailAddress.objects.get(email="dora@example.com")
    client.force_login(carol)

    action = {"action": "make_verified", "_selected_action": [address.pk]}
    client.post("/admin/account/emailaddress/", action)

    assert balance_of("dora") == 3


def test_logging_in_through_the_api_gives_them_as_well(client: Client) -> None:
    dora = User.objects.create(username="dora", email="dora@example.com")
    dora.set_password(PASSWORD)
    dora.save()
    login = {"email": dora.email, "password": PASSWORD}

    client.post("/_allauth/app/v1/auth/login", login, content_type="application/json")

    assert balance_of("dora") == 3
