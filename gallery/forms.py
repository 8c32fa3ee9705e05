"""What people type about their collections."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery import collecting, numbering
from gallery.models import Collection, Visibility


class CollectionForm(forms.Form):
    """A collection's title, words and visibility; ``brief`` asks for the title alone."""

    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        error_messages={"required": _("Give it a title.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may see it"),
        choices=Visibility.choices,
        required=False,
        widget=forms.RadioSelect,
        initial=Visibility.PRIVATE,
    )

    def __init__(self, data: Any = None, *, brief: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        if brief:
            del self.fields["description"], self.fields["visibility"]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or str(
            self.get_initial_for_field(self.fields["visibility"], "visibility")
        )


class MoveForm(forms.Form):
    """Where a picture shall go: a step ``back`` or ``on``, or beside another picture."""

    step = forms.ChoiceField(choices=[("back", ""), ("on", "")], required=False)
    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)

    def move(self, *, collection: Collection, image_pk: uuid.UUID) -> None:
        """Raises NotCollected, also where the form says nothing that can be done."""
        wish = self.cleaned_data if self.is_valid() else {}
        beside = wish.get("before") or wish.get("after")
        if wish.get("step"):
            collecting.step(collection=collection, image_pk=image_pk, back=wish["step"] == "back")
        elif beside:
            collecting.move(
                collection=collection,
                image_pk=image_pk,
                beside=beside,
                before=bool(wish.get("before")),
            )
        else:
            raise collecting.NotCollected(_("Say where the picture shall go."))


class PlaceForm(forms.Form):
    """Where one is in a collection: ``from`` is the cursor of the page."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        most = numbering.LARGEST
        # `from` is a word of the language, so the field cannot be declared in the class.
        self.fields["from"] = forms.IntegerField(required=False, min_value=-most, max_value=most)
