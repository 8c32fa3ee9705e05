"""Changing the e-mail address: at once or after a mail, and never somebody else's."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from accounts import emails
from accounts.models import User

pytestmark = pytest.mark.django_db

NEW = "new@example.com"


@pytest.fixture
def at_home(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def change(client: Client, email: str) -> Any:
    return client.post("/accounts/email/", {"email": email, "action_add": ""})


def verify(user: User) -> None:
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    return [(row.email, row.primary, row.verified) for row in rows]


def link_in(message: EmailMessage) -> str:
    words = str(message.body).split()
    return next(word for word in words if "/accounts/confirm-email/" in word)


def test_without_verification_the_new_address_holds_at_once(at_home: Client, alice: User) -> None:
    assert change(at_home, "New@Example.com").status_code == 302

    alice.refresh_from_db()
    assert alice.email == NEW
    assert addresses(alice) == [(NEW, True, False)]
    assert mail.outbox == []
    assert NEW in at_home.get("/accounts/email/").content.decode()


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@example.com"])
def test_without_verification_a_taken_address_is_refused_with_a_sentence(
    at_home: Client, alice: User, bob: User, email: str
) -> None:
    response = change(at_home, email)

    assert response.context["form"].errors == {
        "email": ["Somebody already uses this e-mail address."]
    }
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


@pytest.mark.parametrize("email", ["", "nowhere", "a\x00@example.com", "e" * 250 + "@example.com"])
def test_what_is_no_address_is_refused_beside_the_field(at_home: Client, email: str) -> None:
    response = change(at_home, email)

    assert list(response.context["form"].errors) == ["email"]
    assert 'id="id_email_error"' in response.content.decode()


def test_the_own_address_is_no_change(at_home: Client, alice: User) -> None:
    response = change(at_home, "ALICE@example.com")

    assert response.context["form"].errors == {"email": ["This is your e-mail address already."]}


def test_two_who_take_one_address_in_the_same_moment_do_not_share_it(
    alice: User, bob: User
) -> None:
    with pytest.raises(emails.AddressTaken):
        emails.replace(user=alice, email=bob.email)

    assert alice.email == "alice@example.com"
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_with_verification_the_old_address_holds_until_the_new_one_is_confirmed(
    at_home: Client, alice: User, verified_mail: None
) -> None:
    verify(alice)

    change(at_home, NEW)

    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert mail.outbox[0].to == [NEW]

    at_home.post(link_in(mail.outbox[0]))

    alice.refresh_from_db()
    assert alice.email == NEW
    assert addresses(alice) == [(NEW, True, True)]
    assert mail.outbox[1].to == ["alice@example.com"]
    assert "was changed from alice@example.com to new@example.com" in mail.outbox[1].body


@pytest.mark.parametrize("is_known_to_allauth", [True, False])
def test_whoever_was_never_verified_keeps_the_old_address_while_the_new_one_waits(
    at_home: Client, alice: User, verified_mail: None, is_known_to_allauth: bool
) -> None:
    if is_known_to_allauth:
        EmailAddress.objects.create(user=alice, email=alice.email, primary=True)

    change(at_home, NEW)

    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert [email for email, *_rest in addresses(alice)] == ["alice@example.com", NEW]


def test_a_second_wish_takes_the_place_of_the_first(
    at_home: Client, alice: User, verified_mail: None
) -> None:
    verify(alice)
    change(at_home, "first@example.com")

    change(at_home, NEW)

    assert [email for email, *_rest in addresses(alice)] == ["alice@example.com", NEW]
    at_home.post(link_in(mail.outbox[0]))
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_with_verification_the_page_does_not_tell_who_has_an_account(
    at_home: Client, alice: User, bob: User, verified_mail: None
) -> None:
    verify(alice)
    verify(bob)

    response = change(at_home, bob.email)

    assert response.status_code == 302
    assert mail.outbox[0].to == [bob.email]
    page = Client().get(link_in(mail.outbox[0])).content.decode()
    assert "This address is taken" in page


def test_an_address_that_another_account_holds_unverified_is_not_taken_from_it(
    at_home: Client, alice: User, bob: User, verified_mail: None
) -> None:
    verify(alice)
    change(at_home, bob.email)

    response = at_home.post(link_in(mail.outbox[0]), follow=True)

    assert "cannot be confirmed: another account uses it" in response.content.decode()
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.email, bob.email) == ("alice@example.com", "bob@example.com")


def test_a_change_can_be_called_off_but_the_current_address_stays(
    at_home: Client, alice: User, verified_mail: None
) -> None:
    verify(alice)
    change(at_home, NEW)

    at_home.post("/accounts/email/", {"email": NEW, "action_remove": ""})
    at_home.post("/accounts/email/", {"email": alice.email, "action_remove": ""})

    assert addresses(alice) == [("alice@example.com", True, True)]


def test_a_second_mail_right_after_the_first_is_not_sent_and_the_page_says_so(
    at_home: Client, alice: User, verified_mail: None, local_cache: None
) -> None:
    verify(alice)
    change(at_home, NEW)

    again = {"email": NEW, "action_send": ""}
    response = at_home.post("/accounts/email/", again, follow=True)

    assert len(mail.outbox) == 1
    assert "A message went to this address a moment ago" in response.content.decode()


@pytest.mark.parametrize("action", ["action_remove", "action_primary", "action_send"])
def test_nobody_can_do_anything_to_another_persons_address(
    client: Client, alice: User, bob: User, verified_mail: None, action: str
) -> None:
    verify(alice)
    verify(bob)
    emails.await_confirmation(user=alice, email=NEW)
    client.force_login(bob)

    for email in ("alice@example.com", NEW):
        client.post("/accounts/email/", {"email": email, action: ""})

    assert addresses(alice) == [("alice@example.com", True, True), (NEW, False, False)]
    assert addresses(bob) == [("bob@example.com", True, True)]
    assert mail.outbox == []
    assert "alice@example.com" not in client.get("/accounts/email/").content.decode()


def test_the_json_endpoint_follows_the_same_rules(
    client: Client, alice: User, verified_mail: None
) -> None:
    alice.set_password("a pass phrase of alice")
    alice.save()
    verify(alice)
    login = {"email": alice.email, "password": "a pass phrase of alice"}
    answer = client.post("/_allauth/app/v1/auth/login", login, content_type="application/json")
    headers = {"Authorization": f"Bearer {answer.json()['meta']['access_token']}"}
    EmailAddress.objects.filter(user=alice).update(verified=False)

    response = client.post(
        "/_allauth/app/v1/account/email",
        {"email": NEW},
        content_type="application/json",
        headers=headers,
    )

    assert response.status_code == 200
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
