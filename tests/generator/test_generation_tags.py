"""Generations in templates: times in words, and the sizes that the studio offers."""

from __future__ import annotations

import pytest

from accounts.models import User
from generator import studio
from generator.models import ImageModel
from generator.templatetags import generations


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 s"), (90, "90 s"), (91, "2 min"), (300, "5 min")]
)
def test_a_duration_is_short_in_words(seconds: int, words: str) -> None:
    assert generations.duration(seconds) == words


def test_the_clock_counts_minutes_and_seconds() -> None:
    assert [generations.clock(seconds) for seconds in (0, 9, 65, 3600)] == [
        "0:00",
        "0:09",
        "1:05",
        "60:00",
    ]


@pytest.mark.django_db
def test_every_size_of_the_form_is_offered_once_and_one_is_chosen(alice: User) -> None:
    model = ImageModel.objects.get(slug="demo")
    form = studio.open_for(alice, {"model": model.slug, "size": "1080x1920"})
    assert form is not None

    groups = generations.size_groups(form)

    choices = [size for group in groups for size in group.sizes]
    assert [size.label for size in choices if size.chosen] == ["Story, Reel, TikTok"]
    assert len({size.value for size in choices}) == len(choices)
    assert [(size.label, size.detail, size.shape) for size in groups[0].sizes][:2] == [
        ("1:1", "1024 × 1024", "ratio-100"),
        ("3:2", "1536 × 1024", "ratio-150"),
    ]
