"""The ledger for administrators: read-only, but for grants, which are entries of their own."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.quick_admin import ReadOnlyAdmin
from billing import (
    credits,
    dashboard_links,
    earning_admin,  # noqa: F401 - registers its tables
    money_admin,  # noqa: F401 - registers its tables
    statement,
)
from billing.google_play import admin as google_play_admin  # noqa: F401 - registers its table
from billing.models import CreditAccount, CreditEntry
from billing.tier_admin import TierAdmin

__all__ = ["CreditAccountAdmin", "CreditEntryAdmin", "TierAdmin"]


class GrantForm(forms.Form):
    """Credits to give, or with a minus to take back; a reason always."""

    amount = forms.IntegerField(
        label=_("Credits"),
        min_value=-credits.LARGEST_GRANT,
        max_value=credits.LARGEST_GRANT,
        help_text=_("Negative takes back."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The person reads it in the ledger.")
    )


@admin.register(CreditAccount)
class CreditAccountAdmin(ReadOnlyAdmin):
    list_display = ["user", "balance", "is_frozen"]
    list_select_related = ["user"]
    list_filter = ["is_frozen"]
    readonly_fields = ["elsewhere"]
    search_fields = ["=user__email", "=user__username"]
    ordering = ["-pk"]
    change_form_template = "admin/billing/creditaccount/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        grant = path(
            "<int:pk>/grant/",
            self.admin_site.admin_view(self.grant),
            name="billing_creditaccount_grant",
        )
        return [grant, *super().get_urls()]

    @admin.display(description=_("of this person"))
    def elsewhere(self, account: CreditAccount) -> str:
        return dashboard_links.of_account(account)

    def grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give credits or take them back, with a reason, once per form."""
        if not request.user.has_perm("billing.add_creditentry"):
            return HttpResponse(status=403)
        account = get_object_or_404(CreditAccount.objects.select_related("user"), pk=pk)
        form = GrantForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                credits.grant(user=account.user, by=cast(User, request.user), **form.cleaned_data)
            except (credits.InsufficientCredits, credits.InvalidGrant) as error:
                form.add_error(None, error.sentence)
            else:
                messages.success(request, _("Done; the ledger has a new entry."))
                return redirect(reverse("admin:billing_creditaccount_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "account": account,
            "form": form,
            "title": _("Grant credits to %(user)s") % {"user": account.user},
        }
        return render(request, "admin/billing/creditaccount/grant.html", context)


@admin.register(CreditEntry)
class CreditEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "person", "kind", "delta", "sentence", "reference", "created_by"]
    list_select_related = ["account__user", "created_by"]
    # No date hierarchy: it would read the whole ledger, which grows with every picture.
    list_filter = ["kind", "created_at"]
    readonly_fields = ["person", "sentence", "paid_by"]
    search_fields = ["=account__user__email", "=account__user__username", "=reference"]
    ordering = ["-pk"]

    @admin.display(description=_("person"))
    def person(self, entry: CreditEntry) -> str:
        return dashboard_links.here(entry.account)

    @admin.display(description=_("payment"))
    def paid_by(self, entry: CreditEntry) -> str:
        return dashboard_links.behind(entry)

    @admin.display(description=_("what happened"))
    def sentence(self, entry: CreditEntry) -> str:
        return statement.sentence(entry)
