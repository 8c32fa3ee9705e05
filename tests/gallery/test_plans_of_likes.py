"""How PostgreSQL finds likes and places among many: by index, from where the page starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import User
from gallery import collecting, likes
from gallery.models import Collection, Image
from tests.cast import a_person
from tests.gallery.test_views import an_image

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

PICTURES = 20_000


@pytest.fixture
def many(alice: User, bob: User) -> Collection:
    """Alice and twenty others like a thousand of the pictures; so has her collection."""
    if connection.vendor != "postgresql":
        pytest.skip("asks PostgreSQL for its plans")
    image = an_image(bob, ready=False, rendered_at=timezone.now())
    collection = collecting.create(user=alice, title="Dusk", visibility="public")
    others = [a_person(f"person{number}") for number in range(20)]
    ids = "SELECT id FROM gallery_image ORDER BY random() LIMIT 1000"
    fields = [field for field in Image._meta.concrete_fields if not field.generated]
    made = {
        "id": "gen_random_uuid()",
        "key": "md5(n::text)",
        "created_at": "now() - n * '7s'::interval",
    }
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(made.get(str(field.column), f'"{field.column}"') for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO gallery_image ({columns}) SELECT {values} FROM gallery_image, "
            f"generate_series(1, {PICTURES}) n WHERE id = %s",
            [image.pk],
        )
        for person in [*others, alice]:
            cursor.execute(
                "INSERT INTO gallery_like (user_id, image_id, created_at) "
                f"SELECT %s, id, now() FROM ({ids}) AS chosen",
                [person.pk],
            )
        cursor.execute(
            "INSERT INTO gallery_collectionitem (collection_id, image_id, position) "
            f"SELECT %s, id, row_number() OVER () * {collecting.STEP} FROM ({ids}) AS chosen",
            [collection.pk],
        )
        cursor.execute("ANALYZE")
    return collection


def plan(rows: QuerySet[Any, Any]) -> str:
    return str(rows.explain())


def assert_by_index(rows: QuerySet[Model, Any], index: str) -> None:
    found = plan(rows)
    assert index in found
    assert "Seq Scan on gallery" not in found
    assert "Sort" not in found


def test_likes_are_read_from_their_index_however_far_down(many: Collection, alice: User) -> None:
    mine = likes.of(alice).order_by("-id")
    middle = mine[500].pk

    assert_by_index(mine[:25], "like_of_user_newest")
    assert_by_index(mine.filter(id__lt=middle)[:25], "like_of_user_newest")


def test_places_are_read_from_their_index_however_far_down(many: Collection, bob: User) -> None:
    places = collecting.items(many, viewer=bob)
    middle = places[500].position

    assert_by_index(places[:25], "collection_item_order")
    assert_by_index(places.filter(position__gt=middle)[:25], "collection_item_order")
