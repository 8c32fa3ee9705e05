"""What a person asked for and what came of it, narrowed by what they remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import search
from gallery.mine import PictureFilters
from gallery.models import Image
from gallery.narrowing import Choices, Narrowing
from generator import catalogue
from generator.fields import STYLE_LABELS
from generator.models import Generation, GenerationQuerySet, State

SEARCHED = 5000
"""How many of a person's newest requests without pictures are searched for words."""


class RequestFilters(Narrowing):
    """The filters over one's own requests."""

    def __init__(self, query: Mapping[str, str], *, kept: Mapping[str, str] | None = None) -> None:
        super().__init__(query, kept=kept)
        self.models = {model.slug: model for model in catalogue.ever()}
        named = [(slug, model.name) for slug, model in self.models.items()]
        self.offer("state", _("State"), State.choices, anything=_("Any state"))
        self.offer("model", _("Model"), named, anything=_("Any model"))

    def narrow(self, generations: GenerationQuerySet, *, user: User) -> GenerationQuerySet:
        """Those of ``generations``, the requests of ``user``, that fit every filter."""
        values = self.values
        found = generations.filter(self.between_days())
        if "state" in values:
            found = found.filter(state=values["state"])
        if "model" in values:
            found = found.filter(model_id=self.models[values["model"]].pk)
        if "q" in values:
            found = found.filter(_came_to_pictures(user, values["q"]) | _says(user, values["q"]))
        return found


def _came_to_pictures(user: User, words: str) -> Q:
    """Requests with pictures that the search finds."""
    pks = search.pictures_of(user.pk, words, most=SEARCHED)
    return Q(pk__in=Image.objects.filter(pk__in=pks, user=user).values("generation_id"))


def _says(user: User, words: str) -> Q:
    """Of the newest requests also those that came to nothing, which the search does not know."""
    newest = Generation.objects.for_user(user).newest_first().values("created_at")
    beginning = datetime(1970, 1, 1, tzinfo=UTC)
    condition = Q(created_at__gte=Coalesce(Subquery(newest[SEARCHED - 1 : SEARCHED]), beginning))
    for word in words.split():
        condition &= Q(prompt__icontains=word)
    return condition


def picture_filters(query: Mapping[str, str], *, kept: Mapping[str, str]) -> PictureFilters:
    """The filters over one's own pictures, with the models and styles of the catalogue."""
    ever = catalogue.ever()
    models: Choices = [(model.slug, model.name) for model in ever]
    styles = dict.fromkeys(style for model in ever for style in model.styles)
    named = [(style, str(STYLE_LABELS.get(style, style))) for style in styles]
    return PictureFilters(query, kept=kept, models=models, styles=named)
