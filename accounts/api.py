"""What the API tells of a person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from ninja import Schema
from pydantic import Field

from accounts.models import User


class Person(Schema):
    """Whoever sends the request; nobody else is told these things."""

    id: int
    username: str
    email: str
    display_name: str = Field(description="May be empty; then the username is shown.")
    verified: bool = Field(description="Whether the e-mail address was confirmed.")
    avatar_url: str = Field(description="A path on this host; empty without a picture.")


def person(user: User) -> Person:
    """The facts of one person; one query."""
    return Person(
        id=user.pk,
        username=user.username,
        email=user.email,
        display_name=user.display_name,
        verified=EmailAddress.objects.filter(
            user=user, email=user.email.lower(), verified=True
        ).exists(),
        avatar_url=user.avatar_url,
    )
