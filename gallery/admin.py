"""Pictures for moderators: look, hide, bring back. The facts themselves are read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.quick_admin import QuickAdmin
from gallery import publishing
from gallery.models import Category, Collection, Download, Image, Tag


class HiddenFilter(admin.SimpleListFilter):
    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [
            ("yes", str(_("Shown"))),
            ("hidden", str(_("Hidden"))),
            ("broken", str(_("Broken"))),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        match self.value():
            case "yes":
                return queryset.filter(hidden_at=None, withdrawn_at=None)
            case "hidden":
                return queryset.exclude(hidden_at=None)
            case "broken":
                return queryset.exclude(withdrawn_at=None)
        return queryset


@admin.register(Image)
class ImageAdmin(QuickAdmin):
    list_display = [
        "picture",
        "title",
        "user",
        "model_name",
        "visibility",
        "hidden_at",
        "created_at",
    ]
    list_select_related = ["user"]
    list_filter = ["visibility", HiddenFilter, "provider"]
    search_fields = ["=id", "=user__username", "=user__email", "=sha256"]
    ordering = ["-created_at", "-id"]
    actions = ["hide", "show_again"]
    fields = [
        "picture", "user", "prompt", "model_name", "provider", "settings", "provider_cost",
        "category", "tags", "visibility", "hidden_at", "withdrawn_at", "original", "content_type",
        "bytes", "sha256", "width", "height", "renditions", "created_at",
    ]  # fmt: skip
    autocomplete_fields = ["tags"]

    def get_readonly_fields(self, request: HttpRequest, obj: Image | None = None) -> list[str]:
        changeable = {"category", "tags", "visibility"}
        return [str(name) for name in self.fields or [] if name not in changeable]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        return False

    @admin.display(description=_("picture"))
    def picture(self, image: Image) -> SafeString:
        name, format = ("grid", "webp") if image.is_ready else ("original", "file")
        return format_html(
            '<a href="{}"><img src="/images/{}/{}.{}" alt="" height="72" loading="lazy"></a>',
            image.get_absolute_url(),
            image.pk,
            name,
            format,
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        publishing.changed([form.instance.pk])

    @admin.action(description=_("Hide from everybody but the owner"), permissions=["change"])
    def hide(self, request: HttpRequest, images: QuerySet[Image]) -> None:
        count = publishing.hide(images.values_list("pk", flat=True))
        self.message_user(request, _("%(count)d hidden.") % {"count": count})

    @admin.action(description=_("Show again"), permissions=["change"])
    def show_again(self, request: HttpRequest, images: QuerySet[Image]) -> None:
        count = publishing.show_again(images.values_list("pk", flat=True))
        self.message_user(request, _("%(count)d shown again.") % {"count": count})


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    list_display = ["name", "slug", "position"]
    list_editable = ["position"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Tag)
class TagAdmin(QuickAdmin):
    list_display = ["name"]
    search_fields = ["name"]


@admin.register(Collection)
class CollectionAdmin(QuickAdmin):
    """For moderators: what a collection says can be seen, taken from view, or deleted."""

    list_display = ["title", "user", "visibility", "created_at"]
    list_select_related = ["user"]
    list_filter = ["visibility"]
    search_fields = ["title", "user__username"]
    ordering = ["-created_at"]
    fields = ["title", "description", "user", "visibility", "created_at"]
    readonly_fields = ["title", "description", "user", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Download)
class DownloadAdmin(QuickAdmin):
    """Who took what home; nobody changes that."""

    list_display = ["created_at", "user", "image", "size", "format"]
    list_select_related = ["user", "image"]
    search_fields = ["=user__username", "=user__email", "=image__id"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Download | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Download | None = None) -> bool:
        return False
