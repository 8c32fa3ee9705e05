"""Reads Stripe's bracket notation and checks it against the parameters that the SDK declares."""

from __future__ import annotations

import functools
import re
import sys
import types
from decimal import Decimal, InvalidOperation
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, is_typeddict
from urllib.parse import parse_qsl

import typing_extensions
from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject

from tests.stand_ins.stripe.refusals import Refusal, wrong

_NAME = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"-?\d+")


def read(text: str) -> dict[str, Any]:
    """A form's text as nested dictionaries; ``a[]`` counts on as ``a[0]``."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, bracket, _rest = name.partition("[")
        path = [first, *_NAME.findall(name)] if bracket else [first]
        _put(result, path, value)
    return result


def check(given: dict[str, Any], declared: type | None) -> dict[str, Any]:
    """The parameters with their types, or Stripe's refusal of the first that is wrong."""
    return _dictionary(given, declared, "") if declared else given


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for key in path[:-1]:
        deeper = into.setdefault(key, {})
        if not isinstance(deeper, dict):
            raise wrong(f"Invalid object: {deeper}", param=key)
        into = deeper
    into[path[-1] or str(len(into))] = value


@functools.cache
def _fields(declared: type) -> dict[str, tuple[Any, bool]]:
    """The type of each parameter, and whether it must be there."""
    names = vars(sys.modules[declared.__module__])
    fields = {}
    for name, kind in declared.__annotations__.items():
        if name in RequestOptions.__annotations__ and _has_options(declared):
            continue
        while isinstance(kind, (str, ForwardRef)):
            kind = eval(kind if isinstance(kind, str) else kind.__forward_arg__, names)
        origin: Any = get_origin(kind)
        optional = origin is typing_extensions.NotRequired
        fields[name] = (get_args(kind)[0] if optional else kind, not optional)
    return fields


def _has_options(declared: type) -> bool:
    """Whether the SDK mixed its own options, which are never sent, into the parameters."""
    return set(RequestOptions.__annotations__) <= set(declared.__annotations__)


def _dictionary(given: Any, declared: type, path: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise wrong("Invalid object", param=path)
    fields = _fields(declared)
    for name in given:
        if name not in fields:
            param = _join(path, name)
            raise wrong(
                f"Received unknown parameter: {param}", param=param, code="parameter_unknown"
            )
    for name, (_kind, is_required) in fields.items():
        if is_required and name not in given:
            param = _join(path, name)
            raise wrong(f"Missing required param: {param}.", param=param, code="parameter_missing")
    names = sys.modules[declared.__module__]
    return {
        name: _value(value, fields[name][0], _join(path, name), vars(names))
        for name, value in given.items()
    }


def _value(given: Any, kind: Any, path: str, names: dict[str, Any]) -> Any:
    if isinstance(kind, (str, ForwardRef)):
        kind = eval(kind if isinstance(kind, str) else kind.__forward_arg__, names)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(given, [_resolved(part, names) for part in get_args(kind)], path, names)
    if origin in (Literal, typing_extensions.Literal):
        return _choice(given, get_args(kind), path)
    if origin is list:
        return _array(given, get_args(kind)[0], path, names)
    if origin in (dict, UntypedStripeObject):
        return _mapping(given, get_args(kind)[-1], path, names)
    if is_typeddict(kind) or typing_extensions.is_typeddict(kind):
        return _dictionary(given, kind, path)
    return _scalar(given, kind, path)


def _resolved(kind: Any, names: dict[str, Any]) -> Any:
    return eval(kind.__forward_arg__, names) if isinstance(kind, ForwardRef) else kind


def _one_of(given: Any, kinds: list[Any], path: str, names: dict[str, Any]) -> Any:
    """Enumerations are closed at Stripe, although the SDK lets later values through."""
    choices = [value for kind in kinds if _is_literal(kind) for value in get_args(kind)]
    if given in choices:
        return given
    is_closed = any(choices) and not any(_is_open(kind) for kind in kinds)
    if is_closed and isinstance(given, str):
        return _choice(given, tuple(choices), path)
    refusal: Refusal | None = None
    for kind in kinds:
        if _is_literal(kind):
            continue
        try:
            return _value(given, kind, path, names)
        except Refusal as error:
            refusal = refusal or error
    raise refusal or wrong(f"Invalid value: {given}", param=path)


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) in (Literal, typing_extensions.Literal)


def _is_open(kind: Any) -> bool:
    return not _is_literal(kind) and kind is not str and get_origin(kind) is not dict


def _choice(given: Any, choices: tuple[Any, ...], path: str) -> Any:
    if given in choices:
        return given
    *most, last = [str(choice) for choice in choices if choice]
    names = f"{', '.join(most)}, or {last}" if most else last
    raise wrong(f"Invalid {path}: must be one of {names}", param=path)


def _array(given: Any, kind: Any, path: str, names: dict[str, Any]) -> list[Any]:
    if given == "":
        return []
    if not isinstance(given, dict) or not all(key.isdigit() for key in given):
        raise wrong("Invalid array", param=path)
    return [_value(given[key], kind, f"{path}[{key}]", names) for key in sorted(given, key=int)]


def _mapping(given: Any, kind: Any, path: str, names: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise wrong("Invalid object", param=path)
    return {key: _value(value, kind, f"{path}[{key}]", names) for key, value in given.items()}


def _scalar(given: Any, kind: Any, path: str) -> Any:
    if not isinstance(given, str):
        raise wrong(f"Invalid {_NAMES.get(kind, 'string')}", param=path)
    if kind is bool and given in ("true", "false"):
        return given == "true"
    if kind is int and _INTEGER.fullmatch(given):
        return int(given)
    if kind in (float, Decimal) and _is_number(given):
        return float(given) if kind is float else given
    if kind in _NAMES:
        raise wrong(
            f"Invalid {_NAMES[kind]}: {given}", param=path, code=f"parameter_invalid_{_NAMES[kind]}"
        )
    return given


_NAMES = {bool: "boolean", int: "integer", float: "number", Decimal: "decimal"}


def _is_number(given: str) -> bool:
    try:
        return Decimal(given).is_finite()
    except InvalidOperation:
        return False


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
