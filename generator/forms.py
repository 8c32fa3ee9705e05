"""The studio's form: it holds just what the chosen model can do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing import tiers
from billing.allowances import BeyondTier
from billing.models import Tier
from gallery.models import Category, Visibility
from generator import fields, limits, pricing, sizes, usual
from generator.models import ImageModel
from generator.submission import ImageRequest

MOST_TAGS = 10
LONGEST_TAG = 40
LARGEST_SEED = 2**32 - 1


class TextField(forms.CharField):
    """Text that can be stored. Half a surrogate pair, which JSON can carry, cannot.

    Line ends count as one character, as they do in a browser's counter; browsers send two
    (https://html.spec.whatwg.org/#constructing-the-form-data-set).
    """

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value)).replace("\r\n", "\n")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise forms.ValidationError(_("This holds half a character. Type it again.")) from None
        return text


class StudioForm(forms.Form):
    """Describes pictures for ``model``, one of ``models``. Fields it cannot use are absent."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    price = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    prompt = TextField(
        label=gettext_lazy("Prompt"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Describe the picture first.")},
    )
    model = forms.ChoiceField(label=gettext_lazy("Model"), widget=forms.RadioSelect)
    size = forms.ChoiceField(label=gettext_lazy("Size"), required=False)
    width = forms.IntegerField(label=gettext_lazy("Width"), required=False, min_value=1)
    height = forms.IntegerField(label=gettext_lazy("Height"), required=False, min_value=1)
    quality = forms.ChoiceField(
        label=gettext_lazy("Quality"), widget=forms.RadioSelect, required=False
    )
    count = forms.IntegerField(label=gettext_lazy("Images"), required=False, min_value=1)
    style = forms.ChoiceField(label=gettext_lazy("Style"), widget=forms.RadioSelect, required=False)
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"), required=False, min_value=0, max_value=LARGEST_SEED
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("None"),
    )
    tags = TextField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=MOST_TAGS * (LONGEST_TAG + 2),
        help_text=gettext_lazy("Separated by commas."),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may see it"),
        widget=forms.RadioSelect,
        choices=Visibility.choices,
        required=False,
    )
    watermark = forms.BooleanField(label=gettext_lazy("Watermark"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        models: Sequence[ImageModel],
        model: ImageModel,
        user: User,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.base_fields = fields.fitted(  # type: ignore[misc]  # Django copies them for a form
            type(self).base_fields, models=models, model=model, is_trusted=user.is_trusted
        )
        self.user, self.tier = user, tiers.of(user)
        self.defaults = _defaults(model, user, self.tier)
        super().__init__(data, initial={**self.defaults, **(initial or {}), "model": model.slug})
        self.models, self.chosen = models, model
        self.quote: pricing.Quote | None = None
        self.size_problem = ""
        self.beyond: dict[str, BeyondTier] = {}
        """What the person's tier does not allow, by the field that it is explained beside."""

    def clean_id(self) -> uuid.UUID:
        return self.cleaned_data["id"] or uuid.uuid4()

    def clean_prompt(self) -> str:
        prompt: str = self.cleaned_data["prompt"]
        if not any(character.isprintable() and not character.isspace() for character in prompt):
            raise forms.ValidationError(_("Describe the picture first."), code="required")
        return prompt

    def clean_quality(self) -> str:
        return self.cleaned_data["quality"] or str(self.defaults["quality"])

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or str(self.initial["visibility"])

    def clean_tags(self) -> tuple[str, ...]:
        words = [" ".join(word.casefold().split()) for word in self.cleaned_data["tags"].split(",")]
        tags = tuple(dict.fromkeys(word.lstrip("#") for word in words if word.lstrip("#")))
        if len(tags) > MOST_TAGS:
            raise forms.ValidationError(_("At most %(most)d tags.") % {"most": MOST_TAGS})
        if any(len(tag) > LONGEST_TAG for tag in tags):
            raise forms.ValidationError(
                _("A tag has at most %(most)d characters.") % {"most": LONGEST_TAG}
            )
        return tags

    def clean_watermark(self) -> bool:
        return limits.is_marked(self.tier, self.cleaned_data["watermark"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        size = self._size(cleaned)
        if size and not {"quality", "count", "size"} & set(self.errors):
            self._quote(cleaned, size)
        if self.quote:
            self._explain(cleaned.get("visibility", ""))
            for field, refusal in self.beyond.items():
                self.add_error(field if field in self.fields else None, refusal.sentence)
        return cleaned

    def refuse(self, refusal: BeyondTier) -> None:
        """Say in the sent form that its work was not accepted, beside the field concerned."""
        field = limits.FIELDS.get(refusal.limit, limits.GENERAL)
        self.beyond[field] = refusal
        self.add_error(field if field in self.fields else None, refusal.sentence)

    def price_up(self) -> None:
        """Quote what an unsent form shows, and write the price into it; no quote if it can't."""
        value = self.initial["size"]
        size = sizes.parse(value)
        if value == sizes.CUSTOM:
            size = int(self.initial.get("width") or 0), int(self.initial.get("height") or 0)
        if size is None:
            return
        try:
            self.quote = pricing.quote(
                model=self.chosen,
                quality=self.initial.get("quality", ""),
                width=size[0],
                height=size[1],
                count=int(self.initial.get("count") or 1),
            )
        except (sizes.SizeNotOffered, pricing.NoPrice) as error:
            self.size_problem = error.sentence
            return
        self.initial["price"] = self.quote.credits
        self._explain(self.initial.get("visibility", ""))

    def request(self) -> ImageRequest:
        """What the valid form asks for."""
        assert self.quote is not None
        data = self.cleaned_data
        return ImageRequest(
            id=data["id"],
            model=self.chosen,
            prompt=data["prompt"],
            quote=self.quote,
            quality=data.get("quality", ""),
            style=data.get("style", ""),
            seed=data.get("seed"),
            category=data["category"],
            tags=data["tags"],
            visibility=data["visibility"],
            watermark=data["watermark"],
        )

    @property
    def may_be_private(self) -> bool:
        return self.tier.private_pictures or not self.user.is_trusted

    @property
    def always_marked(self) -> bool:
        return limits.is_marked(self.tier, wish=False)

    def _explain(self, visibility: str) -> None:
        assert self.quote is not None
        found = limits.broken(
            self.tier,
            user=self.user,
            count=self.quote.count,
            pixels=self.quote.width * self.quote.height,
            visibility=visibility,
        )
        self.beyond = {limits.FIELDS[refusal.limit]: refusal for refusal in found}

    def _size(self, cleaned: dict[str, Any]) -> tuple[int, int] | None:
        value = cleaned.get("size") or self.initial["size"]
        if value != sizes.CUSTOM:
            return sizes.parse(value)
        if not cleaned.get("width") or not cleaned.get("height"):
            if not {"width", "height"} & set(self.errors):
                self.add_error("width", _("Give a width and a height in pixels."))
            return None
        return cleaned["width"], cleaned["height"]

    def _quote(self, cleaned: dict[str, Any], size: tuple[int, int]) -> None:
        field = "width" if cleaned.get("size") == sizes.CUSTOM else "size"
        try:
            self.quote = pricing.quote(
                model=self.chosen,
                quality=cleaned.get("quality", ""),
                width=size[0],
                height=size[1],
                count=cleaned.get("count") or 1,
            )
        except (sizes.SizeNotOffered, pricing.NoPrice) as error:
            self.add_error(field, error.sentence)
            return
        shown = cleaned.get("price")
        if shown is not None and shown < self.quote.credits:
            self.add_error(
                None,
                _("The price is %(now)d credits, not the %(shown)d shown. Press again to accept.")
                % {"now": self.quote.credits, "shown": shown},
            )


def _defaults(model: ImageModel, user: User, tier: Tier) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "model": model.slug,
        "count": 1,
        "style": "",
        "watermark": limits.marks_by_default(tier),
        **usual.defaults(model, user),
    }
