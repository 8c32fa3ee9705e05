"""Pictures in S3: the same code, another storage, against moto's server over HTTP."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.models import User
from config import health
from gallery import zipping
from gallery.models import Image
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
    options = {**KEYS, "bucket_name": made.name, "endpoint_url": endpoint, "default_acl": None}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
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
    served = client.get(f"/images/{image.pk}/download/")
    assert b"".join(served.streaming_content) == openai.pictures[0]  # type: ignore[attr-defined]
    assert client.get(f"/images/{image.pk}/grid.avif")["Content-Type"] == "image/avif"


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
    assert health.try_storage() == "S3Storage"

    assert list(bucket.objects.all()) == []


def test_the_storage_of_these_tests_is_s3(bucket: Any) -> None:
    with pytest.raises(NotImplementedError):
        default_storage.path("x")
