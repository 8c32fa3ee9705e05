"""Ways to earn, for administrators: what they give, codes to hand out, and who brought whom."""

from __future__ import annotations

import csv
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.quick_admin import QuickAdmin, ReadOnlyAdmin
from billing.earning import codes
from billing.models import CreditEntry, RedeemCode, Referral, Reward

MOST_AT_ONCE = 1000
"""Codes that are made by one form."""

MOST_NAMED = 100
"""People whom the page of a code names."""


@admin.register(Reward)
class RewardAdmin(admin.ModelAdmin[Reward]):
    list_display = ["kind", "credits", "per_day", "in_total", "is_active"]
    fields = ["kind", "credits", "per_day", "in_total", "is_active"]
    readonly_fields = ["kind"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CodeForm(forms.ModelForm[RedeemCode]):
    """A code of the administrator's own choice."""

    class Meta:
        model = RedeemCode
        fields = ["code", "credits", "uses", "expires_at", "is_active", "note"]

    def clean_code(self) -> str:
        code = codes.normal(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("Use letters from A to Z and digits only."))
        return code

    def clean_uses(self) -> int:
        uses: int = self.cleaned_data["uses"]
        used = RedeemCode.objects.filter(pk=self.instance.pk).values_list("used", flat=True).first()
        if uses < (used or 0):
            raise ValidationError(
                _("This code was used %(used)d times already.") % {"used": used or 0}
            )
        return uses


class MakeCodesForm(forms.Form):
    """Many codes at once, alike but for their letters."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_AT_ONCE, initial=50)
    credits = forms.IntegerField(label=_("Credits of each"), min_value=1, max_value=1_000_000)
    uses = forms.IntegerField(label=_("Uses of each"), min_value=1, max_value=1_000_000, initial=1)
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"), required=False, widget=AdminSplitDateTime
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, help_text=_("To find them again, such as “fair 2027”.")
    )


@admin.register(RedeemCode)
class RedeemCodeAdmin(QuickAdmin):
    """Codes are switched off, never deleted: the ledger names them by their number."""

    form = CodeForm
    list_display = ["code", "credits", "used", "uses", "expires_at", "is_active", "note"]
    list_filter = ["is_active"]
    search_fields = ["=code", "note"]
    readonly_fields = ["used", "used_by", "created_by", "created_at"]
    ordering = ["-pk"]
    actions = ["download"]
    change_list_template = "admin/billing/redeemcode/change_list.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        make = path("make/", self.admin_site.admin_view(self.make), name="billing_redeemcode_make")
        return [make, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: RedeemCode, form: Any, change: bool) -> None:
        if change:
            # Only what the form changed: `used` may have been counted up since it was opened.
            obj.save(update_fields=form.changed_data)
        else:
            obj.created_by = cast(User, request.user)
            obj.save()

    def make(self, request: HttpRequest) -> HttpResponse:
        """Make many codes; the answer is the file that holds them."""
        if not self.has_add_permission(request):
            return HttpResponse(status=403)
        form = MakeCodesForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return as_csv(codes.make(by=cast(User, request.user), **form.cleaned_data))
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "media": self.media + form.media,
            "title": _("Make many codes"),
        }
        return render(request, "admin/billing/redeemcode/make.html", context)

    @admin.action(description=_("Download as CSV"), permissions=["view"])
    def download(self, request: HttpRequest, chosen: QuerySet[RedeemCode]) -> HttpResponse:
        return as_csv(list(chosen.order_by("pk")))

    @admin.display(description=_("used by"))
    def used_by(self, code: RedeemCode) -> str:
        uses = CreditEntry.objects.filter(
            kind=CreditEntry.Kind.CODE, reference__startswith=f"code:{code.pk}:"
        )
        newest = uses.select_related("account__user").newest_first()[:MOST_NAMED]
        return ", ".join(each.account.user.username for each in newest) or "–"


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "referrer_name", "friend_name", "paid_at"]
    list_select_related = ["referrer__user", "friend__user"]
    search_fields = ["=referrer__user__username", "=friend__user__username"]
    ordering = ["-pk"]

    @admin.display(description=_("who brought"))
    def referrer_name(self, referral: Referral) -> str:
        return referral.referrer.user.username

    @admin.display(description=_("whom"))
    def friend_name(self, referral: Referral) -> str:
        return referral.friend.user.username


def as_csv(made: list[RedeemCode]) -> HttpResponse:
    """A file for a spreadsheet; nothing in it was typed by anybody, so no cell can be a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="codes.csv"'
    response["Cache-Control"] = "no-store"
    writer = csv.writer(response)
    writer.writerow(["code", "credits", "uses", "used", "expires_at"])
    for each in made:
        expires = each.expires_at.isoformat() if each.expires_at else ""
        writer.writerow([each.code, each.credits, each.uses, each.used, expires])
    return response
