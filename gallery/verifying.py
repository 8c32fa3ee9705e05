"""Telling of a file whether it was made here, and whether it carries the mark "made by AI".

The file is hashed and searched, never parsed: it may be anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from gallery import provenance
from gallery.models import Image

LARGEST = 50 * 1024 * 1024
"""Bytes; originals are smaller."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``image`` is a picture with just these bytes, if the person finds it here anyway.

    ``source_type`` is the IPTC code that the file states, which anybody can write.
    """

    image: Image | None
    source_type: str | None

    @property
    def says_ai(self) -> bool:
        return self.source_type in provenance.AI_CODES


def verify(file: UploadedFile[Any], *, viewer: User | AnonymousUser) -> Verdict:
    digest, source_type, tail = hashlib.sha256(), None, b""
    for chunk in file.chunks():
        digest.update(chunk)
        source_type = source_type or provenance.stated_in(tail + chunk)
        tail = chunk[-provenance.LONGEST_MARK :]
    same = Image.objects.filter(sha256=digest.hexdigest()).select_related("user")
    found = same.public().first()
    if found is None and isinstance(viewer, User):
        found = same.for_user(viewer).first()
    return Verdict(found, source_type)
