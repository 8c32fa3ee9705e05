"""Admin lists that stay quick with a million rows: nothing is ever counted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property


class UncountedPaginator(Paginator[Any]):
    """Pages without COUNT(*): it claims a great many rows, and the last page is simply short."""

    @cached_property
    def count(self) -> int:
        # A number below the page size must be right, or an empty list would show pages.
        few = len(self.object_list[: self.per_page + 1])
        return few if few <= self.per_page else 100 * self.per_page


class QuickAdmin(admin.ModelAdmin[Any]):
    """A base for tables that grow: no counts, fifty rows a page, the newest first."""

    paginator = UncountedPaginator
    show_full_result_count = False
    list_per_page = 50


class ReadOnlyAdmin(QuickAdmin):
    """A table that the admin shows and nobody changes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
