"""Many originals as one zip: byte for byte, only what one may see, and never held in memory."""

from __future__ import annotations

import csv
import io
import runpy
import tracemalloc
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import turns, zipping
from gallery.models import Download, Image, Visibility
from tests.gallery.test_views import a_png, an_image

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024


def zip_of(client: Client, images: list[Any]) -> zipfile.ZipFile:
    pks = [str(getattr(image, "pk", image)) for image in images]
    response = client.post("/selection/", {"action": "zip", "image": pks})
    assert response.status_code == 200
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return zipfile.ZipFile(io.BytesIO(data))


def leave(response: Any) -> None:
    """Cut the connection. The end of a request closes the database's too; the test needs it."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def names(zipped: zipfile.ZipFile) -> list[str]:
    assert zipped.testzip() is None
    return zipped.namelist()


def rows(zipped: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(zipped.read("pictures.csv").decode(), newline="")))


def test_originals_come_byte_for_byte_with_a_list_of_what_they_are(
    client: Client, alice: User
) -> None:
    data = [a_png(64, 48), a_png(80, 60)]
    settings = {"requested": {"quality": "low"}, "delivered": {"quality": "high", "seed": 7}}
    first = an_image(
        alice, ready=False, data=data[0], prompt="Sea, “blue”\nwide", settings=settings
    )
    second = an_image(alice, ready=False, data=data[1], prompt="海边的灯塔")
    client.force_login(alice)

    zipped = zip_of(client, [second, first])

    found = names(zipped)
    assert found == [
        f"0001-picture-{str(second.pk)[:8]}.png",
        f"0002-sea-blue-wide-{str(first.pk)[:8]}.png",
        "pictures.csv",
    ]
    assert [zipped.read(name) for name in found[:2]] == [data[1], data[0]]
    assert [row["file"] for row in rows(zipped)] == found[:2]
    sea = rows(zipped)[1]
    assert (sea["id"], sea["prompt"], sea["model"]) == (str(first.pk), first.prompt, "Flare")
    assert sea["settings"] == '{"quality": "high", "seed": 7}'
    assert sea["made"] == first.created_at.isoformat(timespec="seconds")
    assert {info.compress_type for info in zipped.infolist()} == {zipfile.ZIP_STORED}


def test_the_answer_is_a_safe_download(client: Client, alice: User) -> None:
    image = an_image(alice, ready=False)
    client.force_login(alice)

    response = client.post("/selection/", {"action": "zip", "image": image.pk})
    leave(response)

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="pictures-20')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_only_what_one_may_see_is_packed(client: Client, alice: User, bob: User) -> None:
    seen = [
        an_image(bob, ready=False, prompt="mine", visibility=Visibility.PRIVATE),
        an_image(alice, ready=False, prompt="public"),
        an_image(alice, ready=False, prompt="unlisted", visibility=Visibility.UNLISTED),
    ]
    unseen = [
        an_image(alice, ready=False, prompt="private", visibility=Visibility.PRIVATE),
        an_image(alice, ready=False, prompt="hidden", hidden_at=timezone.now()),
        an_image(bob, ready=False, prompt="deleted", deleted_at=timezone.now()),
    ]
    client.force_login(bob)

    zipped = zip_of(client, [*seen, *unseen, uuid.uuid4()])

    assert [row["prompt"] for row in rows(zipped)] == ["mine", "public", "unlisted"]
    missing = zipped.read("missing.txt").decode()
    assert all(str(image.pk) in missing for image in unseen)
    assert "private" not in missing
    assert missing.count("not there, or not yours to see") == 4


def test_what_is_lost_or_deleted_on_the_way_is_left_out_and_named(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipping, "BATCH", 1)
    kept, lost, deleted = (an_image(alice, ready=False, prompt=word) for word in "abc")
    default_storage.delete(lost.original_name)

    stream = zipping.stream(user=alice, pks=[kept.pk, lost.pk, deleted.pk])
    data = next(stream)
    Image.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    zipped = zipfile.ZipFile(io.BytesIO(data + b"".join(stream)))

    assert [row["prompt"] for row in rows(zipped)] == ["a"]
    assert zipped.read("missing.txt").decode().splitlines() == [
        f"{lost.pk}: the file is lost",
        f"{deleted.pk}: not there, or not yours to see",
    ]
    assert list(Download.objects.values_list("image_id", flat=True)) == [kept.pk]


def test_a_storage_that_breaks_off_spoils_one_picture_and_not_the_zip(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = (an_image(alice, ready=False, prompt=word) for word in ("broken", "whole"))
    opened = zipping._opened

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionError("gone")
            return super().read(10)

    monkeypatch.setattr(
        zipping,
        "_opened",
        lambda image: Failing(b"x" * 99) if image.pk == broken.pk else opened(image),
    )

    zipped = zipfile.ZipFile(
        io.BytesIO(b"".join(zipping.stream(user=alice, pks=[broken.pk, whole.pk])))
    )

    assert len(names(zipped)) == 4
    assert f"{broken.pk}: incomplete" in zipped.read("missing.txt").decode()


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(client: Client, alice: User) -> None:
    image = an_image(alice, ready=False, prompt='=HYPERLINK("http://evil.example")')
    client.force_login(alice)

    assert rows(zip_of(client, [image]))[0]["prompt"].startswith("'=HYPERLINK")


def test_each_picture_is_noted_as_downloaded(client: Client, alice: User) -> None:
    images = [an_image(alice, ready=False) for _ in range(2)]
    client.force_login(alice)

    zip_of(client, images)

    noted = Download.objects.filter(user=alice, size="original", format="png")
    assert {note.image_id for note in noted} == {image.pk for image in images}


def test_a_reader_who_leaves_is_noted_for_what_was_sent(alice: User) -> None:
    images = [an_image(alice, ready=False) for _ in range(3)]
    stream = zipping.stream(user=alice, pks=[image.pk for image in images])
    for _piece in range(5):  # header, bytes and sizes of the first, header and bytes of the second
        next(stream)

    stream.close()  # type: ignore[attr-defined]

    assert [note.image_id for note in Download.objects.all()] == [images[0].pk]


def test_a_person_packs_one_zip_at_a_time_and_the_site_a_few(
    client: Client, alice: User, bob: User, settings: Any
) -> None:
    settings.ZIPS_AT_ONCE = 2
    image = an_image(alice, ready=False)
    client.force_login(alice)
    going = client.post("/selection/", {"action": "zip", "image": image.pk})

    again = client.post("/selection/", {"action": "zip", "image": image.pk}, follow=True)

    assert "Another zip is on its way just now." in again.content.decode()
    held = turns.take(bob)
    assert held
    leave(going)
    assert turns.take(bob) is None
    assert turns.take(alice)


def test_each_piece_that_is_sent_is_a_sign_of_life_of_the_web_process() -> None:
    server = runpy.run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))
    beats: list[int] = []
    worker = SimpleNamespace(notify=lambda: beats.append(1))
    worker.wsgi = lambda environ, start_response: StreamingHttpResponse(iter([b"a", b"b"]))
    server["post_worker_init"](worker)

    assert b"".join(worker.wsgi({}, None)) == b"ab"
    assert len(beats) == 2


@pytest.fixture
def heavy(alice: User) -> Iterator[list[Image]]:
    """Sixteen pictures of sixteen megabytes, which take no room on the disk."""
    images = [an_image(alice, ready=False, prompt=f"heavy {n}") for n in range(16)]
    for image in images:
        with Path(default_storage.path(image.original_name)).open("r+b") as file:
            file.truncate(16 * MIB)
    yield images
    for image in images:
        default_storage.delete(image.original_name)


def test_a_quarter_of_a_gigabyte_passes_through_two_megabytes(
    alice: User, heavy: list[Image]
) -> None:
    sent = 0
    tracemalloc.start()
    try:
        for piece in zipping.stream(user=alice, pks=[image.pk for image in heavy]):
            sent += len(piece)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sent > 256 * MIB
    assert peak < 4 * MIB


@pytest.mark.slow
def test_a_zip_of_more_than_four_gigabytes_is_whole(alice: User, tmp_path: Path) -> None:
    images = [an_image(alice, ready=False) for _ in range(5)]
    for image in images:
        with Path(default_storage.path(image.original_name)).open("r+b") as file:
            file.truncate(900 * MIB)
    path = tmp_path / "large.zip"
    try:
        with path.open("wb") as file:
            for piece in zipping.stream(user=alice, pks=[image.pk for image in images]):
                # A hole where there are only zeros: the zip takes no room on the disk either.
                file.seek(len(piece), 1) if not piece.strip(b"\0") else file.write(piece)
        with zipfile.ZipFile(path) as zipped:
            last = zipped.infolist()[4]
            assert last.header_offset > 3 * 1024 * MIB
            assert last.file_size == 900 * MIB
            assert zipped.read("pictures.csv").count(b"\n") == 6
    finally:
        for image in images:
            default_storage.delete(image.original_name)
