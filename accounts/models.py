"""Who you are: the user, who logs in by e-mail and is known by a username."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person. ``email`` is the key to the door, ``username`` the name on it."""

    email = models.EmailField(_("e-mail"))
    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    avatar = models.FileField(_("avatar"), upload_to="avatars", blank=True, editable=False)

    objects: ClassVar[UserManager[User]] = UserManager()

    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Somebody already uses this e-mail address."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message=_("Somebody already uses this username."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What others see: the display name, else the username."""
        return self.display_name or self.username

    @cached_property
    def is_trusted(self) -> bool:
        """Whether the e-mail address was verified, or the operator does not ask for that.

        Only trusted people get free credits, start costly work and publish.
        """
        if settings.EMAIL_VERIFICATION == "none":
            return True
        return EmailAddress.objects.filter(
            user=self, email__iexact=self.email, verified=True
        ).exists()
