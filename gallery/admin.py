"""Pictures for moderators: look, hide, bring back. The facts themselves are read-only."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.quick_admin import QuickAdmin
from gallery import files, publishing, removing
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
    actions = ["hide", "show_again", "remove"]
    fields = [
        "picture", "user", "prompt", "model_name", "provider", "settings", "provider_cost",
        "category", "tags", "visibility", "hidden_at", "withdrawn_at", "watermark", "file",
        "content_type", "bytes", "sha256", "width", "height", "renditions", "created_at",
    ]  # fmt: skip
    autocomplete_fields = ["tags"]

    def get_readonly_fields(self, request: HttpRequest, obj: Image | None = None) -> list[str]:
        changeable = {"category", "tags", "visibility"}
        return [str(name) for name in self.fields or [] if name not in changeable]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        original = path(
            "<uuid:pk>/original/",
            self.admin_site.admin_view(self.original),
            name="gallery_image_original",
        )
        return [original, *super().get_urls()]

    def original(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
        """The provider's bytes, also of a picture that shows a watermark everywhere else."""
        image = get_object_or_404(Image, pk=pk)
        if not self.has_view_permission(request, image):
            return HttpResponse(status=403)
        return files.untouched(request, image)

    @admin.display(description=_("original"))
    def file(self, image: Image) -> SafeString:
        address = reverse("admin:gallery_image_original", args=[image.pk])
        return format_html('<a href="{}">{}</a>', address, image.original_name)

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

    @admin.action(description=_("Remove for good, now"), permissions=["change"])
    def remove(self, request: HttpRequest, images: QuerySet[Image]) -> HttpResponse | None:
        sentence = _("These pictures and all of their files will be gone; nobody can undo it.")
        if not request.POST.get("sure"):
            return _ask(self, request, images, "remove", sentence)
        count = removing.remove_pictures(images.values_list("pk", flat=True))
        self.message_user(request, _("%(count)d are being removed.") % {"count": count})
        return None


@admin.action(description=_("Remove account and pictures for good"), permissions=["change"])
def remove_account(
    people: admin.ModelAdmin[User], request: HttpRequest, chosen: QuerySet[User]
) -> HttpResponse | None:
    """On the list of people, whose app does not know pictures."""
    sentence = _(
        "These people will be logged out and cannot log in again. Their pictures with all files, "
        "their likes and collections will be gone; nobody can undo it. Their ledger stays."
    )
    if not request.POST.get("sure"):
        return _ask(people, request, chosen, "remove_account", sentence)
    count = sum(removing.remove_account(user) for user in chosen)
    people.message_user(request, _("%(count)d pictures are being removed.") % {"count": count})
    return None


admin.site.get_model_admin(User).actions = [remove_account]


def _ask(
    page: admin.ModelAdmin[Any],
    request: HttpRequest,
    chosen: QuerySet[Any],
    action: str,
    sentence: str | Promise,
) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": _("Remove for good?"),
        "sentence": sentence,
        "chosen": chosen,
        "action": action,
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/gallery/remove.html", context)


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
