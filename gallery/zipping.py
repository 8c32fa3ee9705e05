"""Many originals as one zip file that is written while it is read.

Only a piece of one picture and the zip's table of contents are in memory, whatever the size, and
pictures are not compressed again. What is deleted, hidden or lost while the zip is on its way is
left out and listed in ``missing.txt``; ``pictures.csv`` says how each picture was made.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from typing import IO

from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils.text import slugify
from zipstream import ZipStream

from accounts.models import User
from gallery import files
from gallery.models import Download, Image

logger = logging.getLogger(__name__)

PIECE = 256 * 1024
"""Bytes that are read from a file at a time."""

BATCH = 100
"""Pictures that are looked up, and noted as downloaded, at a time."""

COLUMNS = ("file", "id", "prompt", "model", "provider", "settings", "width", "height", "made")


def stream(*, user: User, pks: list[uuid.UUID]) -> Iterator[bytes]:
    """The zip of the originals among ``pks`` that ``user`` may see, in that order.

    Whether they may is asked again for each batch, when its turn has come.
    """
    zipped = ZipStream(sized=False)
    missing: list[str] = []
    number = 0
    with tempfile.TemporaryFile("w+b") as table:
        _write_row(table, COLUMNS)
        for start in range(0, len(pks), BATCH):
            batch = pks[start : start + BATCH]
            images = Image.objects.visible_to(user).in_bulk(batch)
            missing += [f"{pk}: not there, or not yours to see" for pk in batch if pk not in images]
            taken: list[Image] = []
            try:
                for image in (images[pk] for pk in batch if pk in images):
                    original = _opened(image)
                    if original is None:
                        missing.append(f"{image.pk}: the file is lost")
                        continue
                    number += 1
                    name = file_name(image, number)
                    with original:
                        zipped.add(_pieces(original, image, missing), name)
                        yield from zipped.file()
                    _write_row(table, _facts(image, name))
                    taken.append(image)
            finally:
                # Also when the reader has gone: these they have.
                _note(user, taken)
        yield from _contents(zipped, table, missing)


def file_name(image: Image, number: int) -> str:
    """Safe on every system and, by its number, unique in the zip."""
    words = slugify(image.title)[:60].strip("-_") or "picture"
    return f"{number:04d}-{words}-{str(image.pk)[:8]}.{image.extension}"


def _opened(image: Image) -> IO[bytes] | None:
    try:
        return default_storage.open(files.shown_original(image), "rb")
    except Exception:
        # A lost file is an OSError or Http404, other trouble whatever the storage's library raises.
        logger.exception("The original of %s cannot be read", image.pk)
        return None


def _pieces(original: IO[bytes], image: Image, missing: list[str]) -> Iterator[bytes]:
    """The file in pieces. A storage that fails half-way ends this picture and not the zip."""
    try:
        while piece := original.read(PIECE):
            yield piece
    except Exception:
        logger.exception("The original of %s broke off", image.pk)
        missing.append(f"{image.pk}: incomplete, reading its file broke off")


def _contents(zipped: ZipStream, table: IO[bytes], missing: list[str]) -> Iterator[bytes]:
    table.seek(0)
    zipped.add(iter(lambda: table.read(PIECE), b""), "pictures.csv")
    if missing:
        zipped.add("\n".join(missing) + "\n", "missing.txt")
    yield from zipped.finalize()


def _facts(image: Image, name: str) -> Iterable[str]:
    delivered = {**image.settings.get("requested", {}), **image.settings.get("delivered", {})}
    width, height = image.width, image.height
    made = image.created_at.isoformat(timespec="seconds")
    settings = json.dumps(delivered, ensure_ascii=False, sort_keys=True)
    who = (image.model_name, image.provider)
    return name, str(image.pk), image.prompt, *who, settings, str(width), str(height), made


def _write_row(table: IO[bytes], cells: Iterable[str]) -> None:
    row = io.StringIO(newline="")
    csv.writer(row).writerow([_harmless(cell) for cell in cells])
    table.write(row.getvalue().encode())


def _harmless(cell: str) -> str:
    """A spreadsheet takes these beginnings for formulas (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _note(user: User, images: list[Image]) -> None:
    notes = [
        Download(
            user=user,
            image=image,
            size="original",
            format=image.content_type.removeprefix("image/"),
        )
        for image in images
    ]
    try:
        Download.objects.bulk_create(notes)
    except IntegrityError:
        # The account, or a picture for good, went in these seconds: the zip goes on.
        logger.exception("%d downloads could not be noted", len(notes))
