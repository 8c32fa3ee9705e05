"""What Easel asks of a provider, what comes back, and everything that can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Order:
    """One call to a provider, in the provider's own terms.

    ``width`` and ``height`` are pixels the model accepts, ``timeout`` is seconds for the whole
    call, ``workdir`` an existing folder for the files that come back; the caller removes it.
    """

    model: str
    prompt: str
    width: int
    height: int
    quality: str
    count: int
    workdir: Path
    timeout: float
    user_hash: str = ""
    seed: int | None = None
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as the provider sent it, byte for byte; ``path`` lies in the order's ``workdir``."""

    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came back: one to ``count`` pictures, and what the provider says of them.

    ``settings`` holds the parameters as delivered (size, quality, format …), ``usage`` the
    provider's token counts (``input_text``, ``input_image``, ``output``), empty when unknown.
    """

    pictures: list[Picture]
    request_id: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)


OnPreview = Callable[[Path], None]
"""Called with a partial picture's file, which the provider removes when the call returns."""

WantsPreview = Callable[[], bool]
"""Asked before a partial picture is taken in; those that nobody wants need not be."""


def always() -> bool:
    return True


class Provider(Protocol):
    """An outside system that draws."""

    def generate(
        self, order: Order, *, on_preview: OnPreview, wants_preview: WantsPreview = always
    ) -> Delivery:
        """Make one paid call. Raises a :class:`ProviderError`; anything else is a bug."""
        ...

    def check(self) -> str:
        """Try the connection without cost; return one line for the operator or raise."""
        ...


class ProviderError(Exception):
    """A call that did not end in pictures.

    ``sentence`` may be shown to the person who asked; ``detail`` is for the log and the admin.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str | Promise] = _("Something went wrong while making your picture.")

    def __init__(self, detail: str = "", *, request_id: str = "") -> None:
        super().__init__(detail or str(self.sentence))
        self.detail = detail
        self.request_id = request_id


class PromptRefused(ProviderError):
    """The provider's safety system said no. Costs nothing; asking again changes nothing."""

    code = "refused"
    sentence = _("The model refused this prompt because of its safety rules. Try other words.")


class ProviderBusy(ProviderError):
    """429: not accepted, ask again after ``retry_after`` seconds (None when it did not say)."""

    code = "busy"
    sentence = _("The model is too busy at the moment. Try again in a few minutes.")

    def __init__(
        self, detail: str = "", *, request_id: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(detail, request_id=request_id)
        self.retry_after = retry_after


class QuotaGone(ProviderError):
    """Our account with the provider is empty. No retry helps; the operator must act."""

    code = "quota"
    sentence = _("This model is out of service right now. We have been told; try another model.")


class BadRequest(ProviderError):
    """The provider did not understand the request (400, 404, 422). A retry would fail alike."""

    code = "bad_request"
    sentence = _("The model did not accept these settings. Try another size, quality or prompt.")


class Unauthorised(ProviderError):
    """Our key is missing, wrong or not allowed (401, 403). The operator must act."""

    code = "unauthorised"
    sentence = _("This model is out of service right now. We have been told; try another model.")


class ProviderDown(ProviderError):
    """Never accepted: no connection, or a 5xx answer. May be tried again."""

    code = "down"
    sentence = _("The model cannot be reached at the moment. Try again in a few minutes.")


class OutcomeUnknown(ProviderError):
    """The call was sent, and its end never came: cut, timed out, truncated. It may be billed."""

    code = "unknown"
    sentence = _("The connection to the model broke before your picture arrived.")


class NotAPicture(ProviderError):
    """An answer came, but there is no usable picture in it. A retry would be a second bill."""

    code = "not_a_picture"
    sentence = _("The model answered with something that is not a picture.")
