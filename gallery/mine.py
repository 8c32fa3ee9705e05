"""The owner's pictures, narrowed. One index holds a person's pictures in order together with what
they can be narrowed by, so each filter and each pair of them is one range of that index."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import facets, search
from gallery.models import Image, ImageQuerySet, Shape, Tag, Visibility
from gallery.narrowing import Choices, Narrowing

SEARCHED = 5000
"""How many of a person's pictures words can find, the newest."""


class PictureFilters(Narrowing):
    """The filters over one's own pictures. ``models`` and ``styles`` are what there is to choose
    from; they belong to the generator, which this app does not know."""

    def __init__(
        self,
        query: Mapping[str, str],
        *,
        kept: Mapping[str, str] | None = None,
        models: Choices,
        styles: Choices,
    ) -> None:
        super().__init__(query, kept=kept)
        self.offer("size", _("Shape"), Shape.choices, anything=_("Any shape"))
        self.offer("visibility", _("Seen by"), Visibility.choices, anything=_("Anyone"))
        categories = facets.offered().categories
        self.offer("category", _("Category"), categories, anything=_("Any category"))
        self.offer("model", _("Model"), models, anything=_("Any model"))
        self.offer("style", _("Style"), styles, anything=_("Any style"))
        self.fields["tag"] = forms.CharField(label=_("Tag"), required=False)
        self.tag: Tag | None = None

    def clean_tag(self) -> str:
        """A tag's name as it is stored; one that no picture has is no choice."""
        name = " ".join(self.cleaned_data["tag"].casefold().split())
        if name:
            self.tag = Tag.objects.filter(name=name[:40]).first()
            if self.tag is None:
                raise forms.ValidationError(_("No picture has that tag."))
        return name

    def narrow(self, images: ImageQuerySet, *, user: User) -> ImageQuerySet:
        """Those of ``images``, the pictures of ``user``, that fit every filter."""
        values = self.values
        found = images.filter(self.between_days())
        columns = {"size": "shape", "visibility": "visibility", "style": "style"}
        columns["model"] = "model_slug"
        found = found.filter(
            **{column: values[name] for name, column in columns.items() if name in values}
        )
        if "category" in values:
            found = found.filter(category_id=facets.category_id(values["category"]) or 0)
        if "tag" in values and self.tag:
            tagged = Image.tags.through.objects.filter(tag_id=self.tag.pk)
            found = found.filter(pk__in=tagged.values("image_id"))
        if "q" in values:
            found = found.filter(pk__in=search.pictures_of(user.pk, values["q"], most=SEARCHED))
        return found


def pictures_of(user: User) -> ImageQuerySet:
    """A person's pictures as a grid shows them, without the columns that it does not show."""
    return Image.objects.for_user(user).defer("settings", "sha256", "provider_cost")
