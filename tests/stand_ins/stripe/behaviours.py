"""Ways in which Stripe misbehaves, on command."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to one request. ``works`` says whether it is obeyed before that."""

    status: int = 0
    works: bool = False
    hangs: float = 0
    cuts: bool = False
    is_stale: bool = False


def fails(status: int = 500) -> Behaviour:
    """An error on Stripe's side; nothing was done."""
    return Behaviour(status=status)


def busy() -> Behaviour:
    """Too many requests."""
    return Behaviour(status=429)


def gone() -> Behaviour:
    """The object is not there."""
    return Behaviour(status=404)


def hangs(seconds: float = 3600) -> Behaviour:
    """The request is accepted and never answered."""
    return Behaviour(hangs=seconds)


def loses_answer() -> Behaviour:
    """It is done, and the connection is cut before the answer."""
    return Behaviour(works=True, cuts=True)


def stale() -> Behaviour:
    """An object is answered as it was before its last change."""
    return Behaviour(works=True, is_stale=True)
