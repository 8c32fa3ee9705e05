"""Who you are: the user, who logs in by e-mail and is known by a username."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """A person. ``email`` is the key to the door, ``username`` the name on it."""

    email = models.EmailField(_("e-mail"), db_index=True)
    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    avatar = models.FileField(_("avatar"), upload_to="avatars", blank=True, editable=False)

    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    language = models.CharField(
        _("language"), max_length=16, blank=True, help_text=_("Empty: as the browser asks for.")
    )
    default_model = models.CharField(_("usual model"), max_length=50, blank=True)
    default_size = models.CharField(_("usual size"), max_length=16, blank=True)
    default_quality = models.CharField(_("usual quality"), max_length=16, blank=True)
    default_visibility = models.CharField(_("usual visibility"), max_length=8, blank=True)

    objects: ClassVar[UserManager[User]] = UserManager()  # type: ignore[assignment]

    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta(AbstractUser.Meta):
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

    @property
    def avatar_url(self) -> str:
        """Where the person's picture is served; empty while there is none."""
        return reverse("avatar", args=[Path(str(self.avatar)).stem]) if self.avatar else ""

    @property
    def is_trusted(self) -> bool:
        """Whether the e-mail address was verified, or the operator does not ask for that.

        Only trusted people get free credits, start costly work and publish.
        """
        return settings.EMAIL_VERIFICATION == "none" or self.has_verified_address

    @cached_property
    def has_verified_address(self) -> bool:
        """Known from the start of a person who comes by a session."""
        addresses = EmailAddress.objects.filter(user=self, email__iexact=self.email, verified=True)
        return bool(addresses.exists())


class AvatarUpload(models.Model):
    """A file that waits for a worker to become somebody's avatar, or turned out to be broken."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="avatar_upload"
    )
    file = models.FileField(_("file"), upload_to="avatars/incoming", blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("worked on until"), null=True, blank=True)
    is_broken = models.BooleanField(
        _("broken"), default=False, help_text=_("The file is gone; the person is told.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("avatar upload")
        verbose_name_plural = _("avatar uploads")

    def __str__(self) -> str:
        return f"avatar of {self.user_id}"
