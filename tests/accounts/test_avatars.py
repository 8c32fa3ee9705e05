"""A person's picture: what is taken, what becomes of it, and how it is served."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from accounts import avatars, cropping, tasks
from accounts.models import AvatarUpload, User
from tests.accounts.pictures import RED, claiming, encoded, plain, quartered, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bells that were rung, by the user's key; the tests do the work themselves."""
    bells: list[int] = []
    monkeypatch.setattr(
        tasks.make_avatar, "apply_async", lambda args, **options: bells.append(args[0])
    )
    return bells


@pytest.fixture
def at_home(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def send(at_home: Client, django_capture_on_commit_callbacks: Any) -> Any:
    def send(data: bytes, **options: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return at_home.post("/accounts/profile/", {"avatar": upload(data, **options)})

    return send


@pytest.fixture
def work(alice: User, django_capture_on_commit_callbacks: Any) -> Any:
    def work() -> bool:
        with django_capture_on_commit_callbacks(execute=True):
            return avatars.make(alice.pk)

    return work


def stored() -> list[str]:
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_picture_is_taken_at_once_and_made_by_a_worker(
    send: Any, work: Any, alice: User, rung: list[int]
) -> None:
    assert send(plain())["Location"] == "/accounts/profile/"
    assert rung == [alice.pk]
    alice.refresh_from_db()
    assert not alice.avatar

    assert work()

    alice.refresh_from_db()
    with alice.avatar.open("rb") as file, Pillow.open(file) as made:
        assert (made.format, made.size) == ("WEBP", (256, 256))
    assert stored() == [alice.avatar.name]
    assert not AvatarUpload.objects.exists()


def test_the_type_is_found_out_from_the_content_and_not_from_the_name(
    send: Any, work: Any, alice: User
) -> None:
    send(plain("JPEG"), name="../../evil.exe", content_type="text/html")

    assert work()
    assert "evil" not in str(alice.avatar)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "This file is empty.", id="empty"),
        pytest.param(b"hello", "not a still PNG", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a still PNG", id="svg"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", "not a still PNG", id="html"),
        pytest.param(plain("GIF"), "not a still PNG", id="gif"),
        pytest.param(plain("PNG")[:20], "not a still PNG", id="png cut in its header"),
        pytest.param(plain("JPEG")[:20], "not a still PNG", id="jpeg cut in its header"),
        pytest.param(plain("WEBP")[:20], "not a still PNG", id="webp cut in its header"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 5000, "not a still PNG", id="only padding"),
        pytest.param(claiming(30_000, 30_000), "more than 24 megapixels", id="30,000 x 30,000"),
        pytest.param(claiming(6001, 4000), "more than 24 megapixels", id="just too many pixels"),
        pytest.param(claiming(0, 10), "This picture is broken", id="no pixels"),
        pytest.param(
            plain("PNG") + b"\0" * avatars.LARGEST_BYTES, "larger than 5 MB", id="too large"
        ),
        pytest.param(
            encoded(
                Pillow.new("RGB", (9, 9)),
                "WEBP",
                save_all=True,
                append_images=[Pillow.new("RGB", (9, 9), RED)],
            ),
            "not a still PNG",
            id="animated webp",
        ),
        pytest.param(
            encoded(
                Pillow.new("RGB", (9, 9)),
                "PNG",
                save_all=True,
                append_images=[Pillow.new("RGB", (9, 9), RED)],
            ),
            "not a still PNG",
            id="animated png",
        ),
    ],
)
def test_what_is_no_picture_is_refused_at_once_beside_the_field(
    send: Any, alice: User, rung: list[int], data: bytes, sentence: str
) -> None:
    response = send(data)

    assert response.status_code == 200
    assert sentence in response.context["avatar_form"].errors["avatar"][0]
    assert 'id="id_avatar_error"' in response.content.decode()
    assert stored() == []
    assert rung == []


def test_exactly_24_megapixels_are_taken(send: Any) -> None:
    assert send(claiming(6000, 4000)).status_code == 302


def test_sending_no_file_asks_for_one(at_home: Client) -> None:
    response = at_home.post("/accounts/profile/", {})

    assert response.context["avatar_form"].errors == {"avatar": ["Choose a picture first."]}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(plain("PNG", size=(2000, 2000))[:3000], id="png cut short"),
        pytest.param(encoded(quartered(900, 900), "JPEG")[:2000], id="jpeg cut short"),
        pytest.param(plain("WEBP", size=(900, 900))[:60], id="webp cut short"),
        pytest.param(claiming(6000, 4000), id="a few bytes that claim 24 megapixels"),
    ],
)
def test_a_picture_that_turns_out_to_be_broken_is_told_on_the_page(
    send: Any, work: Any, at_home: Client, alice: User, data: bytes
) -> None:
    send(data)

    assert not work()

    alice.refresh_from_db()
    assert not alice.avatar
    assert stored() == []
    page = at_home.get("/accounts/profile/").content.decode()
    assert "Your last picture could not be read. Choose another." in page


def test_a_new_picture_takes_the_place_of_the_old_one(
    send: Any, work: Any, at_home: Client, alice: User
) -> None:
    send(plain())
    work()
    alice.refresh_from_db()
    old = alice.avatar_url

    send(plain("JPEG"))
    work()

    alice.refresh_from_db()
    assert alice.avatar_url != old
    assert stored() == [alice.avatar.name]
    assert at_home.get(old).status_code == 404


def test_of_two_pictures_sent_in_a_row_the_second_wins(
    send: Any, work: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(plain("JPEG"))
    square = cropping.square

    def slow(file: IO[bytes], *, most_pixels: int) -> bytes:
        monkeypatch.setattr(cropping, "square", square)
        send(plain("PNG"))  # arrives while the first is being made
        return square(file, most_pixels=most_pixels)

    monkeypatch.setattr(cropping, "square", slow)
    assert not work()
    alice.refresh_from_db()
    assert not alice.avatar

    assert work()
    alice.refresh_from_db()
    assert stored() == [alice.avatar.name]


def test_the_picture_can_be_taken_away(send: Any, work: Any, at_home: Client, alice: User) -> None:
    send(plain())
    work()

    at_home.post("/accounts/profile/", {"remove_avatar": ""})

    alice.refresh_from_db()
    assert alice.avatar_url == ""


def test_a_bell_that_rings_twice_does_the_work_once(send: Any, work: Any) -> None:
    send(plain())

    assert work()
    assert not work()


def test_a_file_that_kills_its_worker_is_given_up(send: Any, work: Any, alice: User) -> None:
    send(plain())
    for _crash in range(avatars.MAX_ATTEMPTS):
        AvatarUpload.objects.update(lease_until=None, attempts=_crash + 1)

    assert not work()

    assert AvatarUpload.objects.get(pk=alice.pk).is_broken
    assert stored() == []


def test_while_the_broker_is_away_the_upload_waits_for_the_sweeper(
    send: Any, alice: User, rung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**options: Any) -> None:
        raise OSError("no broker")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.make_avatar, "apply_async", away)
        assert send(plain()).status_code == 302
    assert avatars.sweep() == 0  # too early: somebody may be about to take it

    AvatarUpload.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert avatars.sweep() == 1
    assert rung == [alice.pk]


def test_it_is_served_for_ever_under_a_name_that_nobody_guesses(
    send: Any, work: Any, alice: User
) -> None:
    send(plain())
    work()
    alice.refresh_from_db()

    response = Client().get(alice.avatar_url)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in response.get("Vary", "")
    assert response.getvalue()[:4] == b"RIFF"
    assert Client().get("/accounts/avatars/" + "0" * 32 + ".webp").status_code == 404
    assert Client().get("/accounts/avatars/..%2f..%2fsecret.webp").status_code == 404


def test_the_page_follows_the_work_until_it_is_done(
    send: Any, work: Any, at_home: Client, alice: User
) -> None:
    send(plain())
    assert (
        'hx-get="/accounts/profile/avatar/"' in at_home.get("/accounts/profile/").content.decode()
    )
    assert at_home.get("/accounts/profile/avatar/").status_code == 204

    work()

    done = at_home.get("/accounts/profile/avatar/")
    assert done.status_code == 200
    alice.refresh_from_db()
    assert alice.avatar_url in done.content.decode()
    assert "hx-get" not in done.content.decode()
