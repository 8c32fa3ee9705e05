"""A person's figures: right to the credit, theirs alone, and cheap however much there is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing import credits, statement
from gallery import downloads, likes
from gallery.models import Download, Image, Visibility
from generator import dashboard
from generator.models import Generation, State
from generator.templatetags.generations import duration
from tests.cast import a_generation
from tests.gallery.test_views import an_image
from tests.generator.test_history import many_rows

pytestmark = pytest.mark.django_db


def ended(user: User, state: State, *, days_ago: int = 0, **fields: Any) -> Generation:
    moment = timezone.now() - timedelta(days=days_ago)
    return a_generation(
        user,
        state=state,
        created_at=moment,
        started_at=moment,
        finished_at=moment + timedelta(seconds=20),
        **fields,
    )


def test_the_month_is_told_by_day_and_adds_up(alice: User, bob: User) -> None:
    ended(alice, State.SUCCEEDED, count=2, delivered=2)
    ended(alice, State.PARTLY, days_ago=3, count=2, delivered=1, refunded=1)
    ended(alice, State.FAILED, days_ago=3, refunded=1)
    ended(alice, State.CANCELLED, refunded=1)
    ended(alice, State.SUCCEEDED, days_ago=40, delivered=1)
    a_generation(alice)
    ended(bob, State.SUCCEEDED, count=4, delivered=4)

    month = dashboard.month_of(alice)

    assert len(month.days) == 30
    assert month.days[-1] == dashboard.Day(timezone.localdate(), pictures=2, credits=3)
    assert (month.days[-4].pictures, month.days[-4].credits) == (1, 1)
    assert (month.pictures, month.credits) == (3, 4)
    assert (month.succeeded, month.ended, month.success_percent) == (2, 3, 67)
    assert month.seconds == 80
    assert month.picture_chart.most == 2
    assert [bar.height for bar in month.picture_chart.bars][-1] == 100


def test_without_any_work_there_is_no_rate(alice: User) -> None:
    month = dashboard.month_of(alice)

    assert month.success_percent is None
    assert month.seconds_each is None
    assert month.picture_chart.most == 1


def test_the_purse_says_what_came_and_what_went(alice: User) -> None:
    credits.spend(user=alice, amount=4, reference="generation:one")
    credits.refund(user=alice, amount=1, reference="generation:one")
    credits.grant(user=alice, amount=-2, reason="a slip")

    purse = statement.purse(alice)

    assert (purse.received, purse.spent, purse.left) == (8, 3, 5)


def test_likes_count_on_public_pictures(alice: User, bob: User) -> None:
    for number, visibility in enumerate(["public", "public", "private"], start=1):
        image = an_image(alice, visibility=visibility)
        Image.objects.filter(pk=image.pk).update(likes=number)
    an_image(bob)

    assert likes.received_by(alice) == 3
    assert likes.received_by(bob) == 0


def test_recent_downloads_are_each_picture_once_and_only_what_may_be_seen(
    alice: User, bob: User
) -> None:
    mine, theirs, closed = (
        an_image(alice, ready=False),
        an_image(bob, ready=False),
        an_image(bob, ready=False, visibility=Visibility.PRIVATE),
    )
    for image in (mine, closed, theirs, mine):
        Download.objects.create(user=alice, image=image, size="original", format="png")
    Download.objects.create(user=alice, image=None, size="original", format="png")
    Download.objects.create(user=bob, image=mine, size="original", format="png")

    assert [taken.image for taken in downloads.recent(alice)] == [mine, theirs]


def test_the_page_shows_figures_charts_and_the_same_as_a_table(client: Client, alice: User) -> None:
    image = an_image(alice, prompt="a picture of mine")
    ended(alice, State.SUCCEEDED, count=2, delivered=2)
    Download.objects.create(user=alice, image=image, size="512", format="webp")
    client.force_login(alice)

    page = client.get("/dashboard/").content.decode()

    assert page.count('<figure class="chart">') == page.count('role="img"') == 2
    for name in ("pictures", "credits"):
        assert f'aria-labelledby="{name}-title {name}-desc"' in page
        assert f'<desc id="{name}-desc">' in page
    assert len(re.findall(r'<th scope="row">', page)) == 30
    assert "2 spent of 10 received" in page
    assert str(image.pk) in page
    assert "512 · WEBP" in page
    assert "<script>" not in page
    assert "style=" not in page


def test_the_page_of_a_new_person_says_what_to_do(client: Client, bob: User) -> None:
    client.force_login(bob)

    page = client.get("/dashboard/").content.decode()

    assert "Nothing made yet." in page
    assert "What you take home is listed here." in page


def test_the_page_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client.force_login(alice)
    client.get("/billing/")
    for many in (1, 9):
        for _ in range(many):
            image = an_image(alice, ready=False)
            Download.objects.create(user=alice, image=image, size="original", format="png")
            Generation.objects.filter(pk=a_generation(_somebody(), count=1).pk).update(user=alice)
        # person; pictures made; likes; credits received and left; the month; newest pictures;
        # downloads and their pictures; the balance in the header
        with django_assert_num_queries(10):
            client.get("/dashboard/")


def _somebody() -> User:
    name = f"somebody{User.objects.count()}"
    somebody = User.objects.create(username=name, email=f"{name}@example.com")
    credits.grant(user=somebody, amount=1, reason="for the test")
    return somebody


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (90, "90 s"), (600, "10 min"), (7200.5, "2 h")]
)
def test_durations_are_told_in_round_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.postgresql
def test_no_figure_reads_the_whole_table(alice: User, bob: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("reads the plans of PostgreSQL")
    many_rows(alice, bob, 12_000)
    with CaptureQueriesContext(connection) as queries:
        dashboard.open_for(alice)

    for query in queries.captured_queries:
        if "gallery_image" in query["sql"] or "generator_generation" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
