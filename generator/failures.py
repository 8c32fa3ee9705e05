"""Why a Generation did not end as asked, in one sentence for the person who asked."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from generator.models import Generation, State
from generator.providers import protocol

_PROVIDER_ERRORS: list[type[protocol.ProviderError]] = [
    protocol.PromptRefused,
    protocol.ProviderBusy,
    protocol.QuotaGone,
    protocol.BadRequest,
    protocol.Unauthorised,
    protocol.ProviderDown,
    protocol.OutcomeUnknown,
    protocol.NotAPicture,
    protocol.ProviderError,
]

SENTENCES: dict[str, str | Promise] = {
    **{error.code: error.sentence for error in _PROVIDER_ERRORS},
    "moderated": _("This prompt breaks the safety rules of this site. Try other words."),
    "storage": _("Your picture was made but could not be stored. Please try again."),
    "attempts": _("The work stopped several times without an end. Please try again later."),
    "broken_file": _("A picture turned out to be broken and was taken back."),
}
"""By ``Generation.error_code``."""


def sentence(generation: Generation) -> str:
    """Empty where everything came as asked, or nothing has gone wrong yet."""
    if generation.state in (State.SUCCEEDED, State.CANCELLED, State.RUNNING):
        return ""
    if generation.state == State.QUEUED:
        return str(_waiting(generation))
    if generation.error_code == "fewer":
        missing = generation.count - generation.delivered
        return ngettext(
            "The model delivered one picture fewer than asked; it was refunded.",
            "The model delivered %(missing)d pictures fewer than asked; they were refunded.",
            missing,
        ) % {"missing": missing}
    return str(SENTENCES.get(generation.error_code, protocol.ProviderError.sentence))


def _waiting(generation: Generation) -> str | Promise:
    if generation.error_code in (protocol.ProviderBusy.code, protocol.ProviderDown.code):
        return _("The model is busy. We ask again by ourselves in a moment.")
    if generation.error_code == protocol.OutcomeUnknown.code:
        return _("The connection broke. We ask once more by ourselves.")
    return ""
