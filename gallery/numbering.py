"""Keyset pages in the order of one whole number: likes, places of a collection."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db import models
from django.db.models import QuerySet

from gallery.paging import Page

Row = TypeVar("Row", bound=models.Model)

LARGEST = 2**63 - 1


def page(rows: QuerySet[Row], *, by: str, after: str, size: int) -> Page[Row]:
    """One page of ``rows`` in the order ``by``, a column (``-column``: largest first).

    The number must tell the rows apart. An ``after`` that is not a number of ours is the first
    page.
    """
    column, falling = by.removeprefix("-"), by.startswith("-")
    if re.fullmatch(r"-?\d{1,19}", after, re.ASCII) and abs(int(after)) <= LARGEST:
        rows = rows.filter(**{f"{column}__{'lt' if falling else 'gt'}": int(after)})
    found = list(rows.order_by(by)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(rows=found[:size], next_cursor=str(getattr(last, column)) if last else "")
