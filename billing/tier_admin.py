"""Tiers for administrators: what each allows is theirs to decide, and holds within seconds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing import tiers
from billing.models import Tier


@admin.register(Tier)
class TierAdmin(admin.ModelAdmin[Tier]):
    """Only superusers change tiers: each decides over everybody's limits."""

    list_display = [
        "name",
        "rank",
        "images_per_request",
        "jobs_at_once",
        "images_per_day",
        "max_pixels",
        "private_pictures",
        "watermark",
        "monthly_credits",
    ]
    ordering = ["rank"]
    prepopulated_fields = {"slug": ["name"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Tier | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Tier | None = None) -> bool:
        """Not the lowest, which holds for everybody, nor one that somebody ever paid for."""
        if not is_superuser(request):
            return False
        return obj is None or not (is_lowest(obj) or obj.memberships.exists())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without "delete selected", which would ask about each tier only as about all."""
        return {
            name: each
            for name, each in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def save_model(self, request: HttpRequest, obj: Tier, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tiers.forget()

    def delete_model(self, request: HttpRequest, obj: Tier) -> None:
        super().delete_model(request, obj)
        tiers.forget()


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def is_lowest(tier: Tier) -> bool:
    return not Tier.objects.filter(rank__lt=tier.rank).exists()
