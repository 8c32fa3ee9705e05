"""People and their e-mail addresses for administrators."""

from __future__ import annotations

from typing import Any

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import emails
from accounts.models import User
from accounts.quick_admin import QuickAdmin

# One way in, with allauth's rate limits; Django's own log-in page has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(EmailAddress)


class PersonCreationForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ["email", "username"]


class PersonChangeForm(UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class PersonAdmin(QuickAdmin, UserAdmin[User]):
    """Quick with a million people: nothing is counted, and the search uses indexes only."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = [
        "username", "email", "verified", "display_name", "is_active", "is_staff", "date_joined",
    ]  # fmt: skip
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username"]
    search_help_text = _("A whole e-mail address, or the beginning of a username or an address.")
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["username", "email", "password"]}),
        (_("Shown"), {"fields": ["display_name"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "username", "usable_password", "password1", "password2"]})
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        verified = EmailAddress.objects.filter(
            user=OuterRef("pk"), email=Lower(OuterRef("email")), verified=True
        )
        people: QuerySet[User] = super().get_queryset(request)
        return people.annotate(is_verified=Exists(verified))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        term = search_term.strip().lower()
        if not term:
            return queryset, False
        match = Q(username__startswith=term) | Q(email__startswith=term)
        exact = Q(lower_username=term) | Q(lower_email=term)
        lowered = queryset.alias(lower_username=Lower("username"), lower_email=Lower("email"))
        return lowered.filter(match | exact), False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never: ledger and pictures name the person. Switch the account off instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            emails.replace(user=obj, email=obj.email)

    @admin.display(description=_("verified"), boolean=True)
    def verified(self, user: User) -> bool:
        return bool(getattr(user, "is_verified", False))


@admin.register(EmailAddress)
class EmailAddressAdmin(QuickAdmin, AllauthEmailAddressAdmin):
    """Kept by allauth; here to be looked at and, where a mail never arrives, to be confirmed."""

    list_display = ["email", "user", "primary", "verified"]
    list_select_related = ["user"]
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EmailAddress], search_term: str
    ) -> tuple[QuerySet[EmailAddress], bool]:
        # allauth keeps addresses in lower case; the beginning of one is found by the index.
        return queryset.filter(email__startswith=search_term.strip().lower()), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        # The action needs the permission; a form would let address and user part ways.
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        return False
