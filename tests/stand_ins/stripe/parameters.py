"""Would Stripe take these parameters? The pinned SDK knows them: ``stripe.params``."""

from __future__ import annotations

import sys
import types
import typing
from functools import cache
from typing import Any, ForwardRef, get_args, get_origin

import stripe.params
import stripe.params.billing_portal
import stripe.params.checkout
from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

from tests.stand_ins.stripe.wire import Params, Refusal

_NOT_SENT = set(RequestOptions.__annotations__)


def check(name: str, params: Params) -> None:
    """Raise Refusal where ``params`` are not those of ``stripe.params.<name>``."""
    found: Any = stripe.params
    for part in name.split("."):
        found = getattr(found, part)
    _check_fields(found, params, "")


def _check_fields(shape: Any, params: Params, path: str) -> None:
    fields = _fields(shape)
    for key, value in params.items():
        place = f"{path}[{key}]" if path else key
        if key not in fields:
            raise Refusal(
                f"Received unknown parameter: {place}", code="parameter_unknown", param=place
            )
        _check_value(fields[key][1], value, place, _home(shape))
    for key, (is_required, _type) in fields.items():
        if is_required and key not in params:
            place = f"{path}[{key}]" if path else key
            raise Refusal(
                f"Missing required param: {place}.", code="parameter_missing", param=place
            )


@cache
def _fields(shape: Any) -> dict[str, tuple[bool, Any]]:
    """Name to whether it must be there, and its type."""
    fields = {}
    for key, annotation in shape.__annotations__.items():
        if key in _NOT_SENT and issubclass_of_options(shape):
            continue
        annotation = _resolved(annotation, _home(shape))
        optional = get_origin(annotation) in {typing.NotRequired, _other_not_required()}
        fields[key] = (not optional, get_args(annotation)[0] if optional else annotation)
    return fields


def issubclass_of_options(shape: Any) -> bool:
    """TypedDicts forget their bases; those of whole requests carry all options."""
    return set(shape.__annotations__) >= _NOT_SENT


def _check_value(kind: Any, value: Any, place: str, home: dict[str, Any]) -> None:
    kinds = [_resolved(each, home) for each in _branches(_resolved(kind, home))]
    words = {str(word) for each in kinds for word in get_args(each) if _is_literal(each)}
    if isinstance(value, str):
        _check_text(kinds, words, value, place)
    elif isinstance(value, list):
        lists = [each for each in kinds if get_origin(each) is list]
        if not lists:
            raise Refusal(f"Invalid array: {place}", param=place)
        for number, each in enumerate(value):
            _check_value(get_args(lists[0])[0], each, f"{place}[{number}]", home)
    else:
        shapes = [each for each in kinds if is_typeddict(each)]
        if shapes:
            _check_fields(shapes[0], value, place)
        elif not any(get_origin(each) is dict for each in kinds):
            raise Refusal(f"Invalid object: {place}", param=place)


def _check_text(kinds: list[Any], words: set[str], value: str, place: str) -> None:
    if value == "" and ("" in words or value in words):
        return
    choices = words - {""}
    if choices:
        if value not in choices:
            raise Refusal(f"Invalid {place}: must be one of {', '.join(choices)}", param=place)
        return
    if str in kinds:
        return
    if bool in kinds and value in {"true", "false"}:
        return
    if {int, float} & set(kinds) and value.lstrip("-").replace(".", "", 1).isdigit():
        return
    raise Refusal(f"Invalid value for {place}: {value!r}", param=place)


def _branches(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) in {typing.Union, types.UnionType}:
        return get_args(kind)
    return (kind,)


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is typing.Literal or "Literal" in str(get_origin(kind))


def _other_not_required() -> Any:
    from typing import NotRequired

    return NotRequired


def _resolved(kind: Any, home: dict[str, Any]) -> Any:
    if isinstance(kind, ForwardRef):
        return eval(kind.__forward_arg__, home)
    if isinstance(kind, str):
        return eval(kind, home)
    return kind


def _home(shape: Any) -> dict[str, Any]:
    return vars(sys.modules[shape.__module__])
