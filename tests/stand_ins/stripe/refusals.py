"""The answers by which Stripe refuses a request."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Ends the handling of a request with Stripe's error body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        given = {"code": code, "param": param, **more}
        present = {name: value for name, value in given.items() if value is not None}
        self.body = {"error": {"message": message, "type": kind, **present}}


def missing(kind: str, given: str, *, param: str = "id") -> Refusal:
    """No such object."""
    name = kind.replace(".", " ").replace("_", " ").removesuffix(" session")
    return Refusal(404, f"No such {name}: '{given}'", code="resource_missing", param=param)


def wrong(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """A request that cannot be done as things are."""
    return Refusal(400, message, code=code, param=param)


def declined(message: str = "Your card was declined.", **more: Any) -> Refusal:
    """The card's bank said no."""
    return Refusal(
        402,
        message,
        kind="card_error",
        code="card_declined",
        decline_code="generic_decline",
        **more,
    )
