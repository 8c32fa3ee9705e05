"""Purchases in Google Play for administrators: read-only, and without what Google is asked with."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.quick_admin import ReadOnlyAdmin
from billing.google_play import client, purchases
from billing.models import PlayPurchase

MOST = 20
"""Purchases that one click checks; each may take Google a moment."""


@admin.register(PlayPurchase)
class PlayPurchaseAdmin(ReadOnlyAdmin):
    list_display = ["order_id", "person", "product", "state", "checked_at", "acknowledged_at"]
    list_select_related = ["account__user"]
    list_filter = ["state", "product"]
    search_fields = ["=account__user__email", "=account__user__username", "=order_id"]
    exclude = ["token"]
    ordering = ["-pk"]
    actions = ["check_now"]

    @admin.display(description=_("person"))
    def person(self, purchase: PlayPurchase) -> str:
        return purchase.account.user.username

    @admin.action(description=_("Check at Google Play"), permissions=["view"])
    def check_now(self, request: HttpRequest, chosen: QuerySet[PlayPurchase]) -> None:
        try:
            found = [purchases.check(each.token) for each in chosen[:MOST]]
        except (client.PlayUnavailable, client.NotConfigured):
            self.message_user(request, _("Google Play cannot be asked now."), messages.ERROR)
            return
        count = len([each for each in found if each])
        text = ngettext("%(count)d purchase checked.", "%(count)d purchases checked.", count)
        self.message_user(request, text % {"count": count})
