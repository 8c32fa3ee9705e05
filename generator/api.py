"""Making pictures by API: the same form, the same ledger, the same rows as in the browser."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Field, Router, Schema, Status

from accounts.models import User
from billing import credits, tiers
from gallery import files
from gallery.models import Image
from generator import cards, limits, settling, studio, submission
from generator.models import Generation

router = Router(tags=["generations"])


class InvalidRequest(Exception):
    """The request does not fit the model. ``fields`` holds a sentence for each field."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = fields


class NothingOffered(Exception):
    """No model is active here at the moment."""


class GenerationIn(Schema):
    """What a person would choose in the studio. What is left out is as they prefer, else as the
    model suggests."""

    prompt: str
    model: str = ""
    size: str = Field("", description="WIDTHxHEIGHT as offered, or custom with width and height.")
    width: int | None = None
    height: int | None = None
    quality: str = ""
    count: int | None = None
    style: str = ""
    seed: int | None = None
    category: str = ""
    tags: list[str] = []
    visibility: str = ""
    watermark: bool | None = Field(
        None, description="The site's name in a corner; left out, it is as usual for your tier."
    )
    id: uuid.UUID | None = Field(None, description="Your own id makes a repeated call harmless.")


class ImageOut(Schema):
    """A picture as address, file and, where asked for, base64."""

    id: uuid.UUID
    url: str
    file: str
    width: int
    height: int
    bytes: int
    sha256: str
    """Of the original, as is ``bytes``; a copy with the watermark differs."""
    watermark: bool
    model: str
    provider: str
    provider_cost: Decimal | None
    settings: dict[str, Any]
    b64: str | None = None


class GenerationOut(Schema):
    id: uuid.UUID
    state: str
    sentence: str
    position: int | None
    percent: int | None
    elapsed_seconds: int
    usual_seconds: int
    duration_seconds: float | None
    created_at: datetime
    images: list[ImageOut]


class GenerationAnswer(Schema):
    """Every answer says what was used and what is left, in credits."""

    success: Literal[True] = True
    generation: GenerationOut
    credits_used: int
    credits_left: int


class ImageAnswer(Schema):
    success: Literal[True] = True
    image: ImageOut
    credits_left: int


@router.post("/generations", response={202: GenerationAnswer}, summary="Ask for pictures")
def create(request: HttpRequest, wish: GenerationIn) -> Status[GenerationAnswer]:
    user = cast(User, request.user)
    form = studio.bound(user, _as_form(user, wish))
    if form is None:
        raise NothingOffered
    if not form.is_valid():
        raise InvalidRequest(
            {name: " ".join(map(str, found)) for name, found in form.errors.items()}
        )
    return Status(202, _answer(user, submission.submit(user=user, request=form.request())))


@router.get("/generations/{pk}", response=GenerationAnswer, summary="Follow the work")
def detail(request: HttpRequest, pk: uuid.UUID, b64: bool = False) -> GenerationAnswer:
    user = cast(User, request.user)
    return _answer(user, _generation(user, pk), b64=b64)


@router.delete("/generations/{pk}", response=GenerationAnswer, summary="Cancel what still waits")
def cancel(request: HttpRequest, pk: uuid.UUID) -> GenerationAnswer:
    user = cast(User, request.user)
    _generation(user, pk)
    settling.cancel(user=user, pk=pk)
    return _answer(user, _generation(user, pk))


@router.get("/images/{pk}", response=ImageAnswer, summary="One picture of mine")
def image(request: HttpRequest, pk: uuid.UUID, b64: bool = False) -> ImageAnswer:
    user = cast(User, request.user)
    found = Image.objects.for_user(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return ImageAnswer(image=_image(found, b64=b64), credits_left=credits.balance(user))


def _as_form(user: User, wish: GenerationIn) -> dict[str, str]:
    values = wish.dict()
    if wish.watermark is None:
        values["watermark"] = limits.marks_by_default(tiers.of(user))
    values["tags"] = ", ".join(wish.tags)
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _generation(user: User, pk: uuid.UUID) -> Generation:
    found = Generation.objects.for_user(user).select_related("model").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answer(user: User, generation: Generation, *, b64: bool = False) -> GenerationAnswer:
    [card] = cards.cards_for([generation])
    return GenerationAnswer(
        generation=GenerationOut(
            id=generation.pk,
            state=card.state,
            sentence=card.sentence,
            position=card.position,
            percent=card.percent,
            elapsed_seconds=card.elapsed_seconds,
            usual_seconds=card.expected_seconds,
            duration_seconds=generation.seconds,
            created_at=generation.created_at,
            images=[_image(picture, b64=b64) for picture in card.pictures],
        ),
        credits_used=card.credits_used,
        credits_left=credits.balance(user),
    )


def _image(found: Image, *, b64: bool) -> ImageOut:
    content = None
    if b64:
        with default_storage.open(files.shown_original(found), "rb") as stream:
            content = base64.b64encode(stream.read()).decode()
    return ImageOut(
        id=found.pk,
        url=settings.SITE_URL + found.get_absolute_url(),
        file=settings.SITE_URL + reverse("image_download", args=[found.pk]),
        width=found.width,
        height=found.height,
        bytes=found.bytes,
        sha256=found.sha256,
        watermark=found.watermark,
        model=found.model_slug,
        provider=found.provider,
        provider_cost=found.provider_cost,
        settings=found.settings,
        b64=content,
    )
