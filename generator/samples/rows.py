"""The rows of sample pictures: drawn at random by a seed, in the order of their creation."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, models

from gallery import search
from gallery.models import SHARED_FILES, Category, Image, Tag, Visibility
from generator.models import Generation, ImageModel, State
from generator.samples import people, words
from generator.samples.loading import Cell

SPAN = timedelta(days=730)
RARE_CATEGORY = "heraldry"
RARE_PICTURES = 20
"""So many public pictures of the rare category there are, however large the rest."""
LIKE_ROWS = 100_000
"""About so many likes have rows, and make the numbers of their pictures exact. Of what is beyond,
only the number of likes is made up: a like for each would take most of the time and space."""

Row = dict[str, Cell]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, as all moments here
_LISTED = 0.93
_LIKED = 0.4
_LIKES_EXPONENT = 1.3
_TAG_COUNTS = words.cumulated([50, 25, 15, 7, 3])
_VERY_LONG = 0.001


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was drawn, its row, and which of the subjects it shows."""

    image: Image
    row: Row
    subject: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows for five tables."""

    images: list[Row] = field(default_factory=list)
    generations: list[Row] = field(default_factory=list)
    tags: list[tuple[Cell, int]] = field(default_factory=list)
    likes: list[tuple[int, Cell, Cell]] = field(default_factory=list)
    entries: list[tuple[Cell, str, str]] = field(default_factory=list)


def drawn(image: Image, *, subject: int) -> Drawn:
    """``image`` as a pattern for others."""
    return Drawn(image, _cells(image), subject)


class Samples:
    """``count`` pictures that share the files of ``pictures``. The same seed makes the same."""

    def __init__(self, pictures: Sequence[Drawn], *, count: int, seed: str) -> None:
        self._pictures, self._count = pictures, count
        self._chance = chance = random.Random(seed)  # noqa: S311 - sample data, no secret
        self._end = datetime.now(UTC).replace(tzinfo=None)
        self._people = people.people_for(count)
        self._models = list(ImageModel.objects.order_by("position", "pk"))
        self._model_pks: dict[Cell, int] = {model.slug: model.pk for model in self._models}
        request = Generation(unit_price=0, state=State.SUCCEEDED, delivered=1)
        request.quality = self._models[0].default_quality
        self._request = _cells(request)
        self._styles = ["", *sorted({style for model in self._models for style in model.styles})]
        self._tags = _tags()
        self._categories, self._rare_category = _categories()
        there = Image.objects.filter(category=self._rare_category).count()
        self._in_rare_category = self._some(RARE_PICTURES - there)
        rare_words = max(1, round(count * words.RARE_IN_A_MILLION / 1e6))
        self._with_rare_word = self._some(rare_words)
        likes = [_likes(chance, len(self._people)) for _ in range(20_000)]
        self._counted = min(1.0, LIKE_ROWS * len(likes) / (sum(likes) * count))

    def chunk(self, start: int, end: int) -> Chunk:
        """The pictures from number ``start`` to before ``end``; to be asked for in order."""
        made = Chunk()
        for picture, row in self._rows(start, end):
            made.images.append(row)
            if row["generation_id"]:
                made.generations.append(self._generation(row))
            tags = self._tags_of_one()
            made.tags.extend((row["id"], tag.pk) for tag in tags)
            made.likes.extend((who, row["id"], row["created_at"]) for who in self._likers(row))
            if not row["deleted_at"]:
                made.entries.append(_entry(picture.image, row, tags))
        return made

    def _rows(self, start: int, end: int) -> Iterator[tuple[Drawn, Row]]:
        """What is chosen for each picture is chosen for all of them at once: twice as fast."""
        count, choose = end - start, self._chance.choices
        languages = words.cumulated(list(words.LANGUAGES.values()))
        return map(
            self._row,
            range(start, end),
            self._shuffled(),
            people.authors(self._chance, self._people, count),
            choose(self._models, cum_weights=words.falling(len(self._models), 0.8), k=count),
            choose(self._styles, cum_weights=words.falling(len(self._styles), 0.7), k=count),
            choose(list(words.LANGUAGES), cum_weights=languages, k=count),
            choose(self._categories, cum_weights=words.falling(len(self._categories)), k=count),
        )

    def _shuffled(self) -> Iterator[Drawn]:
        """All in turn, in another order each time, so that neighbours are seldom alike."""
        while True:
            yield from self._chance.sample(self._pictures, len(self._pictures))

    def _row(
        self,
        number: int,
        picture: Drawn,
        author: int,
        model: ImageModel,
        style: str,
        language: str,
        category: int | None,
    ) -> tuple[Drawn, Row]:
        chance = self._chance
        created = self._end - SPAN * (1 - (number + chance.random()) / self._count) ** 1.5
        rare = number in self._in_rare_category, number in self._with_rare_word
        row = {
            **picture.row,
            "id": _new_id(chance),
            "key": f"{picture.row['key']}{SHARED_FILES}{number + 1}",
            "user_id": author,
            # The history of one busy person is enough.
            "generation_id": _new_id(chance) if author == self._people[0] else None,
            "prompt": self._prompt(picture.subject, language, rare=rare[1]),
            "model_slug": model.slug,
            "model_name": model.name,
            "provider": model.provider,
            "style": style,
            "settings": _settings(str(picture.row["settings"]), style),
            "category_id": self._rare_category if rare[0] else category,
            "created_at": _moment(created),
            "rendered_at": _moment(created + timedelta(seconds=9)),
        }
        if not any(rare) and chance.random() >= _LISTED:
            row |= self._out_of_sight(created)
        elif likes := _likes(chance, len(self._people)):
            row["likes"] = likes
            row["trend"] = math.log10(likes) + (created - _EPOCH).total_seconds() / 45000
        return picture, row

    def _generation(self, row: Row) -> Row:
        """The request that this picture came from; it cost nobody anything."""
        return {
            **self._request,
            "id": row["generation_id"],
            "model_id": self._model_pks[row["model_slug"]],
            **{name: row[name] for name in ("user_id", "prompt", "style", "category_id")},
            **{name: row[name] for name in ("width", "height", "visibility", "created_at")},
            "render_width": row["width"],
            "render_height": row["height"],
            "started_at": row["created_at"],
            "finished_at": row["rendered_at"],
        }

    def _prompt(self, subject: int, language: str, *, rare: bool) -> str:
        chance, details = self._chance, words.DETAILS[language]
        many = 80 if chance.random() < _VERY_LONG else chance.randrange(4)
        added = chance.choices(details, cum_weights=words.falling(len(details), 0.9), k=many)
        parts = [words.SUBJECTS[subject][language], *dict.fromkeys(added)]
        if chance.random() < words.COMMON_SHARE:
            parts.append(words.COMMON_WORD)
        if rare:
            parts.append(words.RARE_WORD)
        return words.COMMAS[language].join(parts)

    def _out_of_sight(self, created: datetime) -> Row:
        """Half of it private, a third unlisted, the rest hidden by a moderator or deleted."""
        later = _moment(min(created + timedelta(days=2), self._end))
        which = self._chance.random()
        if which < 0.5:
            return {"visibility": Visibility.PRIVATE.value}
        if which < 0.85:
            return {"visibility": Visibility.UNLISTED.value}
        return {"hidden_at": later} if which < 0.94 else {"deleted_at": later}

    def _tags_of_one(self) -> list[Tag]:
        chance = self._chance
        [many] = chance.choices(range(5), cum_weights=_TAG_COUNTS)
        found = chance.choices(self._tags, cum_weights=words.falling(len(self._tags)), k=many)
        return list(dict.fromkeys(found)) if many else found

    def _likers(self, row: Row) -> list[int]:
        """Who likes a picture; nobody where only the number of likes is made up."""
        likes, chance = row["likes"], self._chance
        if not isinstance(likes, int) or not likes or chance.random() >= self._counted:
            return []
        return [self._people[0], *chance.sample(self._people[1:], likes - 1)]

    def _some(self, many: int) -> set[int]:
        return set(self._chance.sample(range(self._count), min(max(0, many), self._count)))


def _categories() -> tuple[list[int | None], int]:
    """The usual ones, most of all none, the commonest first; and the rare one."""
    rare, _created = Category.objects.get_or_create(
        slug=RARE_CATEGORY, defaults={"name": "Heraldry", "position": 90}
    )
    usual = Category.objects.exclude(pk=rare.pk).order_by("position", "pk")
    return [None, *usual.values_list("pk", flat=True)], rare.pk


def _tags() -> list[Tag]:
    """The sample tags, the commonest first."""
    Tag.objects.bulk_create([Tag(name=name) for name in words.TAGS], ignore_conflicts=True)
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=words.TAGS)}
    return [found[name] for name in words.TAGS]


def _entry(image: Image, row: Row, tags: list[Tag]) -> tuple[Cell, str, str]:
    """What a search compares. The drawn ``image`` poses as each that shows its files: to make a
    million Images would take longer than all the rest."""
    posed = ("prompt", "user_id", "category_id", "model_slug", "style")
    for name in posed:
        setattr(image, name, row[name])
    public = row["visibility"] == Visibility.PUBLIC and not row["hidden_at"]
    image.is_listed = bool(public)
    made = search.entry(image, tags)
    return row["id"], made.words, made.facets


def _likes(chance: random.Random, people: int) -> int:
    """Mostly none, else by power law; nobody likes a picture twice."""
    if chance.random() >= _LIKED:
        return 0
    return min(people, int(chance.paretovariate(_LIKES_EXPONENT)))


def _new_id(chance: random.Random) -> str:
    """A random UUID of version 4 as both databases read it: the digits alone."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"


@cache
def _settings(settings: str, style: str) -> str:
    """The settings of a drawn picture with another style."""
    changed = json.loads(settings)
    if style:
        changed["requested"]["style"] = style
    return json.dumps(changed)


def _moment(moment: datetime) -> str:
    """A moment in UTC as both databases read it, and as Django writes it to SQLite."""
    return str(moment)


def _cells(row: models.Model) -> Row:
    """Column by column as the database takes it, without what it computes itself."""
    return {
        str(column.column): _cell(column, getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if not column.generated
    }


def _cell(column: models.Field[Any, Any], value: Any) -> Cell:
    if isinstance(column, models.JSONField):
        return json.dumps(value)
    prepared = column.get_db_prep_save(value, connection)
    if prepared is None or isinstance(prepared, str | int | float | bool):
        return prepared
    return str(prepared)  # a UUID, a moment, an amount of money
