"""How others see a person: the display name and the username."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONGEST_NAME = 60

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's controls, marks that turn the text around them, and line breaks."""

_JOINERS = {"\u200c", "\u200d"}
"""Marks that some scripts and many emoji are put together with."""


class UsernameTaken(Exception):
    """Somebody else has this username."""

    sentence = _("Somebody already uses this username.")


def validate_name(name: str) -> None:
    """Refuse characters that cannot be seen, and names of nothing else."""
    seen = [c for c in name if c not in _JOINERS]
    if not "".join(seen).strip() or any(unicodedata.category(c) in _UNSEEN for c in seen):
        raise ValidationError(_("Use only characters that can be seen."), code="invisible")


def named(username: str) -> QuerySet[User]:
    """The person with that username in any case, found by the index that keeps it unique."""
    # Not `iexact`, which PostgreSQL would compare in upper case, without the index.
    people = User.objects.annotate(known_as=Lower("username")).filter(is_active=True)
    if not username.isprintable():
        return people.none()  # a database may refuse even to look
    return people.filter(known_as=username.lower()).defer("password", "email")


def change(*, user: User, display_name: str, username: str) -> None:
    """Save both; raises UsernameTaken and changes nothing."""
    try:
        with transaction.atomic():
            user.display_name, user.username = display_name, username
            user.save(update_fields=["display_name", "username"])
    except IntegrityError as error:
        user.refresh_from_db(fields=["display_name", "username"])
        raise UsernameTaken from error
