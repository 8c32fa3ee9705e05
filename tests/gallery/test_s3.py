"""Pictures in S3: the same code, another storage, against moto's server over HTTP."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from accounts.models import User
from config import health
from gallery import deleting, publishing, revoking, zipping
from gallery.models import SHARED_FILES, Image, Visibility
from gallery.storage import PictureStorage
from generator.models import Generation, ProviderCall
from tests.cast import a_generation, balance, do_the_work
from tests.gallery.test_views import an_image
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db

KEYS = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Any) -> Any:
    s3 = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
    )
    made = s3.create_bucket(Bucket=f"easel-{uuid.uuid4()}")  # moto forgets nothing by itself
    options = {
        **KEYS,
        "bucket_name": made.name,
        "endpoint_url": endpoint,
        "default_acl": None,
        "custom_domain": None,
        "signature_version": "s3v4",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "gallery.storage.PictureStorage", "OPTIONS": options},
    }
    return made


def test_a_picture_lives_in_the_bucket_byte_for_byte(
    client: Client, alice: User, openai: OpenAIStandIn, bucket: Any
) -> None:
    a_generation(alice, width=512, height=512)
    do_the_work()

    image = Image.objects.get()
    stored = {item.key: item.get()["Body"].read() for item in bucket.objects.all()}
    assert stored[image.original.name] == openai.pictures[0]
    assert sum(name.startswith(f"renditions/{image.key[:2]}/{image.key}/") for name in stored) == 6
    served = followed(client, f"/images/{image.pk}/download/")
    assert served.content == openai.pictures[0]
    assert served.headers["Content-Disposition"].startswith("attachment; filename=")
    small = followed(client, f"/images/{image.pk}/download/?size=512&format=jpeg")
    assert small.headers["Content-Type"] == "image/jpeg"
    thumbnail = followed(client, f"/images/{image.pk}/grid.avif")
    assert thumbnail.headers["Content-Type"] == "image/avif"
    assert thumbnail.headers["Cache-Control"] == "private, max-age=60"


def test_links_to_the_bucket_run_out_and_are_not_kept(
    client: Client, alice: User, bucket: Any
) -> None:
    image = an_image(alice, visibility="private")
    client.force_login(alice)

    response = client.get(f"/images/{image.pk}/grid.webp")

    query = parse_qs(urlsplit(response["Location"]).query)
    assert response["Cache-Control"] == "private, no-store"
    assert query.get("X-Amz-Expires") == ["60"]
    assert requests.get(response["Location"].partition("?")[0], timeout=10).status_code == 403
    client.logout()
    assert client.get(f"/images/{image.pk}/grid.webp").status_code == 404


class TestWithACDN:
    """At a CDN the renditions of public pictures are found by whoever knows their address."""

    @pytest.fixture(autouse=True)
    def cdn(self, settings: Any) -> None:
        settings.AWS_S3_CUSTOM_DOMAIN = "cdn.example"

    def test_public_renditions_are_fetched_there_and_kept(
        self, client: Client, alice: User, bucket: Any
    ) -> None:
        image = an_image(alice)
        folder = f"renditions/{image.key[:2]}/{image.key}"

        page = client.get("/").content.decode()

        assert f"https://cdn.example/{folder}/grid.webp" in page
        stored = bucket.Object(f"{folder}/grid.webp").get()
        assert stored["CacheControl"] == "public, max-age=31536000, s-maxage=60, immutable"
        assert stored["ContentType"] == "image/webp"
        assert "CacheControl" not in bucket.Object(image.original_name).get()

    @pytest.mark.parametrize("visibility", ["unlisted", "private"])
    def test_nobody_learns_the_key_of_what_is_not_public(
        self, client: Client, alice: User, bucket: Any, visibility: str
    ) -> None:
        image = an_image(alice, visibility=visibility)
        client.force_login(alice)

        for path in ("/", "/history/", f"/images/{image.pk}/"):
            assert image.key not in client.get(path).content.decode()

    @pytest.mark.parametrize("leave", ["private", "unlisted", "hidden", "deleted"])
    def test_what_strangers_may_not_see_any_more_loses_its_public_addresses(
        self, client: Client, alice: User, bucket: Any, leave: str
    ) -> None:
        image = an_image(alice)
        client.get(f"/images/{image.pk}/download/?size=512&format=jpeg")
        before = names(bucket)
        original = bucket.Object(image.original_name).get()["Body"].read()

        withdraw(image, leave)
        assert revoking.revoke_due() == 1

        moved = Image.objects.get()
        assert moved.key != image.key
        assert not before & names(bucket)
        assert {Path(name).name for name in names(bucket) if name.startswith("renditions/")} == {
            f"{facts['name']}.{facts['format']}" for facts in image.renditions
        }
        assert bucket.Object(moved.original_name).get()["Body"].read() == original
        assert revoking.revoke_due() == 0
        if leave != "deleted":
            client.force_login(alice)
            assert followed(client, f"/images/{image.pk}/grid.webp").status_code == 200

    def test_it_is_public_again_under_its_new_key(
        self, client: Client, alice: User, bucket: Any
    ) -> None:
        image = an_image(alice)
        client.get("/")
        publishing.show_to(image, Visibility.PRIVATE)
        revoking.revoke_due()

        publishing.show_to(image, Visibility.PUBLIC)

        page = client.get("/").content.decode()
        assert Image.objects.get().key in page
        assert image.key not in page

    def test_one_that_is_public_again_in_time_keeps_its_key(self, alice: User, bucket: Any) -> None:
        image = an_image(alice)
        publishing.show_to(image, Visibility.PRIVATE)
        publishing.show_to(image, Visibility.PUBLIC)

        assert revoking.revoke_due() == 0
        assert Image.objects.get().key == image.key

    def test_what_a_crash_left_half_done_is_finished(
        self, alice: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        image = an_image(alice)
        publishing.show_to(image, Visibility.PRIVATE)
        with monkeypatch.context() as crashing:
            crashing.setattr(PictureStorage, "delete", Mock(side_effect=OSError("away")))
            assert revoking.revoke_due() == 0
        assert any(image.key in name for name in names(bucket))

        assert revoking.revoke_due() == 1
        assert not any(image.key in name for name in names(bucket))
        assert Image.objects.get().revoked_key == ""

    def test_files_that_samples_share_stay_where_they_are(self, alice: User, bucket: Any) -> None:
        image, sample = an_image(alice), an_image(alice)
        Image.objects.filter(pk=sample.pk).update(key=f"{image.key}{SHARED_FILES}1")
        publishing.show_to(image, Visibility.PRIVATE)

        assert revoking.revoke_due() == 0
        assert Image.objects.get(pk=image.pk).key == image.key
        assert any(image.key in name for name in names(bucket))


def test_a_purged_picture_leaves_the_bucket(alice: User, bucket: Any) -> None:
    kept, gone = an_image(alice), an_image(alice)
    deleting.delete([gone])
    Image.objects.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(days=31))

    assert deleting.purge() == 1

    assert names(bucket)
    assert all(kept.key in name for name in names(bucket))


def withdraw(image: Image, how: str) -> None:
    if how == "deleted":
        deleting.delete([image])
    elif how == "hidden":
        publishing.hide([image.pk])
    else:
        publishing.show_to(image, how)


def names(bucket: Any) -> set[str]:
    return {item.key for item in bucket.objects.all()}


def followed(client: Client, path: str) -> requests.Response:
    """What a browser gets in the end."""
    response = client.get(path)
    assert response.status_code == 302
    return requests.get(response["Location"], timeout=10)


def test_a_zip_is_read_from_the_bucket_and_names_what_is_lost(alice: User, bucket: Any) -> None:
    kept, lost = (an_image(alice, ready=False) for _ in range(2))
    bucket.Object(lost.original_name).delete()

    data = b"".join(zipping.stream(user=alice, pks=[lost.pk, kept.pk]))

    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        picture, _table, missing = zipped.namelist()
        assert zipped.read(picture) == bucket.Object(kept.original_name).get()["Body"].read()
        assert zipped.read(missing).decode() == f"{lost.pk}: the file is lost\n"


def test_a_bucket_that_is_gone_is_tried_again_and_then_refunded(
    alice: User,
    openai: OpenAIStandIn,
    bucket: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from generator import deliveries

    monkeypatch.setattr(deliveries, "STORAGE_PAUSES", (0.01, 0.01))
    gone = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "gone"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": gone},
    }

    a_generation(alice)
    do_the_work()

    assert Generation.objects.get().error_code == "storage"
    assert ProviderCall.objects.get().outcome == "delivered"
    assert balance(alice) == 10


def test_the_round_trip_of_the_doctor_leaves_nothing_behind(bucket: Any) -> None:
    assert health.try_storage() == "PictureStorage"

    assert list(bucket.objects.all()) == []


def test_the_storage_of_these_tests_is_s3(bucket: Any) -> None:
    with pytest.raises(NotImplementedError):
        default_storage.path("x")
