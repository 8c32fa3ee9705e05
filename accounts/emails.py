"""A person's e-mail address: one, kept alike in ``User.email`` and allauth's table."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AddressTaken(Exception):
    """Somebody else has this address."""

    sentence = _("Somebody already uses this e-mail address.")


def is_taken(*, email: str, besides: User) -> bool:
    """Whether anyone but ``besides`` has the address, verified or not."""
    others = User.objects.exclude(pk=besides.pk)
    return others.alias(lower=Lower("email")).filter(lower=email.lower()).exists()


def replace(*, user: User, email: str) -> EmailAddress:
    """Give the person another address at once, not verified; raises AddressTaken.

    For where addresses are not verified at all, and for administrators. Where they are, a new
    address waits beside the old one until its owner confirms it: see ``await_confirmation``.
    """
    email = email.lower()
    try:
        with transaction.atomic():
            user.email = email
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).exclude(email=email).delete()
            address, _created = EmailAddress.objects.update_or_create(
                user=user, email=email, defaults={"primary": True}
            )
    except IntegrityError as error:
        user.refresh_from_db(fields=["email"])
        raise AddressTaken from error
    return address


@transaction.atomic
def await_confirmation(*, user: User, email: str) -> EmailAddress:
    """Note the address that the person wants to change to, in place of any earlier wish.

    allauth's own ``add_new_email`` takes an unverified current address for such a wish and
    deletes it, which would leave the person without any.
    """
    unconfirmed = EmailAddress.objects.filter(user=user, verified=False, primary=False)
    unconfirmed.exclude(email=user.email.lower()).delete()
    return EmailAddress.objects.create(user=user, email=email.lower())
