"""The catalogue, the work and its calls, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.quick_admin import QuickAdmin, ReadOnlyAdmin
from generator import catalogue, failures, moderation
from generator.models import BlockedTerm, Generation, ImageModel, ModelPrice, ProviderCall


class PriceFormSet(BaseInlineFormSet[ModelPrice, ImageModel, Any]):
    """Refuses an active model with a quality that has no price."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.is_active:
            return
        prices = [
            ModelPrice(quality=data.get("quality", ""), up_to_pixels=data["up_to_pixels"])
            for data in (form.cleaned_data for form in self.forms)
            if data and not data.get("DELETE")
        ]
        if missing := catalogue.missing_prices(self.instance, prices):
            raise ValidationError(
                _("No price covers the largest size at: %(qualities)s.")
                % {"qualities": ", ".join(quality or "-" for quality in missing)}
            )


class PriceInline(admin.TabularInline[ModelPrice, ImageModel]):
    model = ModelPrice
    formset = PriceFormSet
    extra = 1


@admin.register(ImageModel)
class ImageModelAdmin(admin.ModelAdmin[ImageModel]):
    list_display = [
        "name",
        "provider",
        "provider_model",
        "is_active",
        "usual_seconds",
        "retires_on",
    ]
    list_filter = ["provider", "is_active"]
    list_select_related = ["successor"]
    search_fields = ["name", "provider_model"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [PriceInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        catalogue.forget()


class CallInline(admin.TabularInline[ProviderCall, Generation]):
    model = ProviderCall
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "number", "outcome", "request_id", "cost", "possible_cost", "detail", "started_at",
        "ended_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = [
        "short_prompt", "user", "model", "state", "attempts", "delivered", "count",
        "credits_used", "provider_cost", "request_id", "error_code", "created_at",
    ]  # fmt: skip
    list_select_related = ["user", "model"]
    list_filter = ["state", "model", "error_code"]
    search_fields = ["=id", "=user__username", "=user__email", "=calls__request_id"]
    ordering = ["-created_at", "-id"]
    inlines = [CallInline]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("calls")

    @admin.display(description=gettext_lazy("prompt"))
    def short_prompt(self, generation: Generation) -> str:
        return generation.prompt[:60]

    @admin.display(description=gettext_lazy("credits used"))
    def credits_used(self, generation: Generation) -> int:
        return generation.credits_used

    @admin.display(description=gettext_lazy("provider cost in USD"))
    def provider_cost(self, generation: Generation) -> str:
        known = sum(call.cost for call in generation.calls.all() if call.cost is not None)
        possible = sum(call.possible_cost for call in generation.calls.all() if call.possible_cost)
        return f"{known:.4f} + ≤ {possible:.4f}" if possible else f"{known:.4f}"

    @admin.display(description=gettext_lazy("request id"))
    def request_id(self, generation: Generation) -> str:
        return next((call.request_id for call in generation.calls.all() if call.request_id), "")

    @admin.display(description=gettext_lazy("sentence"))
    def sentence(self, generation: Generation) -> str:
        return failures.sentence(generation)


@admin.register(BlockedTerm)
class BlockedTermAdmin(QuickAdmin):
    list_display = ["term", "note"]
    search_fields = ["term"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        moderation.forget_terms()
