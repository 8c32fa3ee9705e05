"""The forms of people: allauth's in our words, and the profile's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts import avatars, emails, preferences, profiles, usernames
from accounts.adapter import LONGEST_EMAIL
from accounts.models import Theme, User

LONGEST_PASSWORD = 1024
"""More is no safer and only costs the server time."""


USERNAME_HELP = _("3 to 30 letters, digits, dots, dashes or underscores. Others see it.")
USERNAME_ATTRS = {
    "minlength": usernames.SHORTEST,
    "maxlength": usernames.LONGEST,
    "autocomplete": "username",
    "autocapitalize": "none",
    "spellcheck": "false",
}


class Plain:
    """A form of allauth without placeholders, which repeat the labels and vanish on typing.

    One field for a new password: it can be looked at, so there is no need to type it twice.
    """

    fields: dict[str, forms.Field]
    labels: Mapping[str, StrOrPromise] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail")
                field.widget.attrs["maxlength"] = LONGEST_EMAIL
            if isinstance(field, allauth.PasswordField):
                field.help_text = ""
                field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
            if name == "password1":
                field.help_text = _("At least 8 characters, and not one of the common ones.")
            field.label = self.labels.get(name, field.label)


class LoginForm(Plain, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What password managers look for; "email" makes some of them fill in a contact's.
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Plain, allauth.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        username = self.fields["username"]
        # The adapter knows the rules; the column's own length would be named beside them.
        username.validators = [ProhibitNullCharactersValidator()]
        username.widget.attrs.update(USERNAME_ATTRS)
        username.help_text = USERNAME_HELP

    def save(self, request: HttpRequest) -> User:
        """Create the person, or raise IntegrityError where two took one name in one moment."""
        with transaction.atomic():
            return super().save(request)  # type: ignore[no-any-return]


class ChangeEmailForm(Plain, allauth.AddEmailForm):
    """Another address: at once where addresses are not verified, else once it is confirmed."""

    labels = {"email": _("New address")}

    def clean_email(self) -> str:
        email = str(super().clean_email())
        # Where a mail is sent, the answer is in the mail, and nobody can ask who is here.
        may_tell = settings.EMAIL_VERIFICATION == "none"
        if may_tell and emails.is_taken(email=email, besides=self.user):
            raise get_adapter().validation_error("email_taken")
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        email = self.cleaned_data["email"]
        if settings.EMAIL_VERIFICATION == "none":
            address = emails.replace(user=self.user, email=email)
            template = "account/messages/primary_email_set.txt"
            get_adapter().add_message(request, messages.SUCCESS, template)
            return address
        address = emails.await_confirmation(user=self.user, email=email)
        send_verification_email_to_address(request, address)
        return address


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):
    labels = {"oldpassword": _("Current password"), "password1": _("New password")}


class SetPasswordForm(Plain, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):
    labels = {"password1": _("New password")}


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):
    pass


class ProfileForm(forms.Form):
    """How others see a person. Changes nothing until ``save``."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=profiles.LONGEST_NAME,
        required=False,
        validators=[profiles.validate_name],
        help_text=_("Shown instead of your username. May be empty."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=_("Username"), help_text=USERNAME_HELP, widget=forms.TextInput(attrs=USERNAME_ATTRS)
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        initial = {"display_name": user.display_name, "username": user.username}
        super().__init__(data, initial=initial)
        self.user = user

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).lower()
        if username == self.user.username.lower():
            return self.user.username
        return str(get_adapter().clean_username(username))

    def save(self) -> bool:
        """Whether it could be saved; not where somebody took the username a moment ago."""
        try:
            profiles.change(user=self.user, **self.cleaned_data)
        except profiles.UsernameTaken as error:
            self.add_error("username", str(error.sentence))
        return self.is_valid()


class AvatarForm(forms.Form):
    """A picture of the person."""

    avatar = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, up to 5 MB and 24 megapixels."),
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp", "class": "w-full"}
        ),
    )

    def clean_avatar(self) -> UploadedFile[bytes]:
        upload: UploadedFile[bytes] = self.cleaned_data["avatar"]
        try:
            avatars.check(upload)
        except avatars.AvatarRefused as error:
            raise forms.ValidationError(error.sentence) from error
        return upload


class PreferencesForm(forms.Form):
    """What a person wants by default. ``offer`` says what there is to choose from today."""

    theme = forms.ChoiceField(
        label=_("Appearance"), choices=Theme.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    default_model = forms.ChoiceField(label=_("Model"), required=False)
    default_size = forms.ChoiceField(
        label=_("Size"),
        required=False,
        help_text=_("Where the model does not offer it, the model's own is taken."),
    )
    default_quality = forms.ChoiceField(label=_("Quality"), required=False)
    default_visibility = forms.ChoiceField(
        label=_("Who may see new pictures"), required=False, widget=forms.RadioSelect
    )

    def __init__(
        self, data: QueryDict | None = None, *, user: User, offer: preferences.Offer
    ) -> None:
        super().__init__(data, initial={name: getattr(user, name) for name in self.base_fields})
        # Each language in its own words, for whoever does not read the page's.
        languages = [
            (code, get_language_info(code)["name_local"]) for code, _n in settings.LANGUAGES
        ]
        self._offer("language", [("", _("As the browser asks for")), *languages])
        self._offer("default_model", [("", _("The first of the list")), *offer["default_model"]])
        for name in ("default_size", "default_quality"):
            self._offer(name, [("", _("As the model suggests")), *offer[name]])
        if offer["default_visibility"]:
            self._offer("default_visibility", offer["default_visibility"])
            self.initial["default_visibility"] = user.default_visibility or "public"
        else:
            del self.fields["default_visibility"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # What this person may not choose now stays as it was.
        cleaned.setdefault("default_visibility", self.initial["default_visibility"])
        return cleaned

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
        field.error_messages["invalid_choice"] = _("This is not offered any more. Choose another.")
        if self.initial[name] not in dict(choices):
            self.initial[name] = ""
