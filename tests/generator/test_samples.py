"""Sample pictures by the thousand: few files, many believable rows."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from accounts.models import User
from gallery import search
from gallery.models import Image, Like, SearchEntry
from generator.models import Generation, ImageModel
from generator.samples import filling, rows, words
from generator.samples.people import PROLIFIC
from tests.config.test_commands import run

pytestmark = pytest.mark.django_db

MANY = 600


@pytest.fixture
def _many() -> None:
    """A few hundred in several chunks, so that indexes are taken away and made anew."""
    list(filling.fill(MANY, drawn=1))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CHUNK", 200)


def _draw_but_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is what takes the time."""
    fill = filling.fill
    monkeypatch.setattr(filling, "fill", lambda wanted: fill(wanted, drawn=1))


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Image._meta.db_table))


def files() -> set[str]:
    return {name for folder in ("originals", "renditions") for name in below(folder)}


def below(folder: str) -> list[str]:
    folders, names = default_storage.listdir(folder)
    found = [f"{folder}/{name}" for name in names]
    return found + [name for inner in folders for name in below(f"{folder}/{inner}")]


@pytest.mark.usefixtures("_many")
def test_many_pictures_show_the_files_of_a_few(client: Client) -> None:
    assert Image.objects.count() == MANY
    assert Image.objects.values("original").distinct().count() == 1
    for image in Image.objects.public()[:5]:
        for name, format in (("grid", "avif"), ("page", "webp"), ("original", "png")):
            assert client.get(f"/images/{image.pk}/{name}.{format}").status_code == 200


@pytest.mark.usefixtures("_many")
def test_every_sample_tells_that_its_files_are_not_its_own() -> None:
    assert all(image.shares_files for image in Image.objects.all())
    assert Image.objects.values("key").distinct().count() == MANY
    assert not Image().shares_files


@pytest.mark.usefixtures("_many")
def test_they_are_as_different_as_real_ones() -> None:
    images = list(Image.objects.select_related("user", "category"))

    assert 0.9 < sum(image.is_listed for image in images) / MANY < 0.96
    assert {image.visibility for image in images} == {"public", "unlisted", "private"}
    assert len({image.model_slug for image in images}) == ImageModel.objects.count()
    assert {image.style for image in images} == {"", "vivid", "natural"}
    by_category = Counter(image.category and image.category.slug for image in images)
    assert by_category[rows.RARE_CATEGORY] == rows.RARE_PICTURES < by_category["landscape"]
    of_prolific = sum(image.user.username == PROLIFIC for image in images)
    assert 0.02 < of_prolific / MANY < 0.09
    assert (max(i.created_at for i in images) - min(i.created_at for i in images)).days > 600


@pytest.mark.usefixtures("_many")
def test_words_are_as_common_as_they_say() -> None:
    prompts = [image.prompt for image in Image.objects.all()]

    assert 0.14 < sum(words.COMMON_WORD in prompt for prompt in prompts) / MANY < 0.26
    assert sum(words.RARE_WORD in prompt for prompt in prompts) == 1
    assert not any(words.ABSENT_WORD in prompt for prompt in prompts)
    assert any(words.SUBJECTS[0]["zh"] in prompt for prompt in prompts)


@pytest.mark.usefixtures("_many")
def test_the_number_of_likes_is_that_of_the_rows_and_trends_follow_it() -> None:
    liked = Image.objects.filter(likes__gt=0)

    assert 0.2 < liked.count() / MANY < 0.5
    for image in liked:
        assert Like.objects.filter(image=image).count() == image.likes
        expected = math.log10(image.likes) + image.created_at.timestamp() / 45000
        assert image.trend == pytest.approx(expected)
    assert not Image.objects.filter(likes=0, trend__isnull=False).exists()


@pytest.mark.usefixtures("_many")
def test_every_picture_is_found_as_if_it_had_been_indexed_one_by_one() -> None:
    fields = ("image", "words", "facets")
    before = {row[0]: row[1:] for row in SearchEntry.objects.values_list(*fields)}
    assert len(before) > 0.9 * MANY

    search.index(Image.objects.values_list("pk", flat=True))

    after = {row[0]: row[1:] for row in SearchEntry.objects.values_list(*fields)}
    assert {pk: sorted(row[1].split()) for pk, row in before.items()} == {
        pk: sorted(row[1].split()) for pk, row in after.items()
    }
    assert {pk: sorted(row[0].split()) for pk, row in before.items()} == {
        pk: sorted(row[0].split()) for pk, row in after.items()
    }


def test_beyond_a_bound_the_numbers_of_likes_have_no_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "LIKE_ROWS", 50)

    list(filling.fill(MANY, drawn=1))

    assert 0 < Like.objects.count() < 150
    for pk, count in Counter(Like.objects.values_list("image_id", flat=True)).items():
        assert Image.objects.get(pk=pk).likes == count


@pytest.mark.usefixtures("_many")
def test_a_busy_person_has_a_history_that_cost_nothing() -> None:
    prolific = User.objects.get(username=PROLIFIC)

    made = Generation.objects.for_user(prolific)
    assert made.count() > 5
    assert {generation.cost for generation in made} == {0}
    assert Image.objects.filter(generation_id__in=made.values("pk")).count() == made.count()
    assert Generation.objects.count() == made.count()


def test_the_same_seed_makes_the_same_pictures() -> None:
    [image] = filling._draw(1)
    pattern = [rows.drawn(image, subject=0)]

    one, other = (rows.Samples(pattern, count=50, seed="7").chunk(0, 50) for _ in range(2))

    facts = ("id", "prompt", "user_id", "category_id", "likes", "style")
    assert [[row[name] for name in facts] for row in one.images] == [
        [row[name] for name in facts] for row in other.images
    ]
    assert [tag for _pk, tag in one.tags] == [tag for _pk, tag in other.tags]


def test_each_call_adds_as_many_and_leaves_the_indexes_as_they_were() -> None:
    before = indexes()

    for _ in range(2):
        list(filling.fill(MANY, drawn=1))

    assert Image.objects.count() == 2 * MANY
    assert Image.objects.filter(category__slug=rows.RARE_CATEGORY).count() == rows.RARE_PICTURES
    assert indexes() == before
    connection.check_constraints()


def test_an_error_leaves_none_but_the_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    before = indexes()
    insert = filling._insert

    def full(chunk: rows.Chunk) -> None:
        insert(chunk)
        if Image.objects.count() > 300:
            raise DatabaseError("the disk is full")

    monkeypatch.setattr(filling, "_insert", full)
    _draw_but_one(monkeypatch)

    with pytest.raises(CommandError, match="the disk is full"):
        call_command("seed_demo", images=MANY)

    assert Image.objects.count() == 1
    assert indexes() == before


def test_the_command_says_how_far_it_is_and_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    _draw_but_one(monkeypatch)

    said = run("seed_demo", "--images", "500")

    assert "201 of 500 pictures" in said
    assert "Added 500 pictures" in said


def test_without_the_demo_model_it_says_what_is_missing() -> None:
    ImageModel.objects.filter(slug="demo").delete()

    with pytest.raises(CommandError, match="demo"):
        run("seed_demo", "--images", "500")
