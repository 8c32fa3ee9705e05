"""What a person asked for and what came of it, narrowed by what they remember of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from gallery.mine import PictureFilters
from gallery.narrowing import Choices, Narrowing
from generator.fields import STYLE_LABELS
from generator.models import GenerationQuerySet, ImageModel, State

SEARCHED = 5000
"""How many of a person's newest requests are searched for words."""


class RequestFilters(Narrowing):
    """The filters over one's own requests."""

    def __init__(self, query: Mapping[str, str], *, kept: Mapping[str, str] | None = None) -> None:
        super().__init__(query, kept=kept)
        self.models = {model.slug: model for model in ImageModel.objects.only("slug", "name")}
        named = [(slug, model.name) for slug, model in self.models.items()]
        self.offer("state", _("State"), State.choices, anything=_("Any state"))
        self.offer("model", _("Model"), named, anything=_("Any model"))

    def narrow(self, generations: GenerationQuerySet) -> GenerationQuerySet:
        """Those of ``generations`` that fit every filter."""
        values = self.values
        found = generations.filter(self.between_days())
        if "state" in values:
            found = found.filter(state=values["state"])
        if "model" in values:
            found = found.filter(model_id=self.models[values["model"]].pk)
        if "q" in values:
            newest = generations.newest_first()
            oldest = newest.values_list("created_at", flat=True)[SEARCHED - 1 : SEARCHED].first()
            found = found.filter(created_at__gte=oldest) if oldest else found
            for word in values["q"].split():
                found = found.filter(prompt__icontains=word)
        return found


def picture_filters(query: Mapping[str, str], *, kept: Mapping[str, str]) -> PictureFilters:
    """The filters over one's own pictures, with the models and styles of the catalogue."""
    catalogue = ImageModel.objects.only("slug", "name", "styles")
    models: Choices = [(model.slug, model.name) for model in catalogue]
    styles = dict.fromkeys(style for model in catalogue for style in model.styles)
    named = [(style, str(STYLE_LABELS.get(style, style))) for style in styles]
    return PictureFilters(query, kept=kept, models=models, styles=named)
