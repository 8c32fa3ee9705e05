"""Stripe's way of writing requests and refusals."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import parse_qsl

Params = dict[str, Any]

_PARTS = re.compile(r"\[([^\]]*)\]")


class Refusal(Exception):
    """An answer of the kind 4xx; see https://docs.stripe.com/api/errors."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "",
        param: str = "",
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {
                "type": kind,
                "message": message,
                **({"code": code} if code else {}),
                **({"param": param} if param else {}),
            }
        }


def missing(kind: str, pk: object, *, param: str = "id") -> Refusal:
    """What Stripe says of an object that it does not have."""
    return Refusal(f"No such {kind}: '{pk}'", status=404, code="resource_missing", param=param)


def decoded(text: str) -> Params:
    """A form with bracket notation as nested dictionaries and lists of strings.

    >>> decoded("a[b][0][c]=1&expand[]=x&d=2")
    {'a': {'b': [{'c': '1'}]}, 'expand': ['x'], 'd': '2'}
    """
    tree: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = [name.split("[", 1)[0], *_PARTS.findall(name)]
        _put(tree, [first, *rest], value)
    return {key: _listed(value) for key, value in tree.items()}


def new_id(prefix: str) -> str:
    """An id as Stripe makes them."""
    return f"{prefix}_{secrets.token_hex(12)}"


def number(params: Params, name: str, default: int = 0) -> int:
    return int(params.get(name, default))


def truth(params: Params, name: str, *, default: bool = False) -> bool:
    return str(params.get(name, default)).lower() == "true"


def _put(tree: Any, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key or str(len(tree)), {})
    tree[keys[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
