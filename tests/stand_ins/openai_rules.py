"""What OpenAI accepts at ``POST /v1/images/generations``, and how it says no.

Source: OpenAI's API description of CreateImageRequest and the types of its Python SDK 3.52.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

MODELS = (
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
)
MAX_PROMPT = 32_000
MAX_EDGE = 3840
MAX_PIXELS = 3840 * 2160
MIN_PIXELS = 655_360

_KNOWN = {
    "background": ("transparent", "opaque", "auto"),
    "model": None,
    "moderation": ("low", "auto"),
    "n": None,
    "output_compression": None,
    "output_format": ("png", "webp", "jpeg"),
    "partial_images": None,
    "prompt": None,
    "quality": None,
    "safety_identifier": None,
    "size": None,
    "stream": None,
    "user": None,
}


@dataclass
class Refusal(Exception):
    """An error in OpenAI's own shape."""

    status: int
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that goes over the wire."""
        named = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": named}


def check_key(headers: dict[str, str], api_key: str | None) -> None:
    """Raise a 401 unless the header carries the key; None takes any."""
    scheme, _space, key = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise Refusal(401, "You didn't provide an API key.")
    if api_key is not None and key != api_key:
        masked = f"{key[:5]}***{key[-4:]}"
        raise Refusal(401, f"Incorrect API key provided: {masked}.", code="invalid_api_key")


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a request's body or raise a 400."""
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refusal(400, "We could not parse the JSON body of your request.")
    return value


def check_order(order: dict[str, Any]) -> None:
    """Raise a :class:`Refusal` for what OpenAI would not take."""
    for name, value in order.items():
        if name not in _KNOWN:
            raise Refusal(
                400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter"
            )
        choices = _KNOWN[name]
        if choices and value is not None and value not in choices:
            raise _invalid(name, value, f"Supported values are: {', '.join(choices)}.")
    _check_prompt(order.get("prompt"))
    _check_model(order.get("model"))
    _check_number("n", order.get("n"), 1, 10)
    _check_number("partial_images", order.get("partial_images"), 0, 3)
    _check_quality(order["model"], order.get("quality"))
    if order.get("size") not in (None, "auto"):
        check_size(order["size"])
    if not isinstance(order.get("stream", False), bool | None):
        raise _wrong_type("stream", "a boolean")


def check_size(size: Any) -> tuple[int, int]:
    """Return width and height in pixels, or raise a 400."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size) if isinstance(size, str) else None
    if not found:
        raise _invalid("size", size, "It must be WIDTHxHEIGHT or auto.")
    width, height = int(found[1]), int(found[2])
    if width % 16 or height % 16:
        raise _invalid("size", size, "Width and height must both be divisible by 16.")
    if max(width, height) > MAX_EDGE or width * height > MAX_PIXELS:
        raise _invalid("size", size, "The maximum supported resolution is 3840x2160.")
    if width * height < MIN_PIXELS:
        raise _invalid("size", size, f"At least {MIN_PIXELS} pixels are required.")
    if not 1 / 3 <= width / height <= 3:
        raise _invalid("size", size, "The aspect ratio must be between 1:3 and 3:1.")
    return width, height


def _check_prompt(prompt: Any) -> None:
    if prompt is None:
        raise Refusal(
            400,
            "Missing required parameter: 'prompt'.",
            param="prompt",
            code="missing_required_parameter",
        )
    if not isinstance(prompt, str):
        raise _wrong_type("prompt", "a string")
    if not prompt:
        raise _invalid("prompt", prompt, "It must not be empty.")
    if len(prompt) > MAX_PROMPT:
        message = f"Invalid 'prompt': string too long. Expected at most {MAX_PROMPT} characters."
        raise Refusal(400, message, param="prompt", code="string_above_max_length")


def _check_model(model: Any) -> None:
    if model not in MODELS:
        message = f"The model '{model}' does not exist or you do not have access to it."
        raise Refusal(404, message, param="model", code="model_not_found")


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if value is None:
        return
    if type(value) is not int:
        raise _wrong_type(name, "an integer")
    if not least <= value <= most:
        side = "below_min" if value < least else "above_max"
        message = f"Invalid '{name}': expected a value from {least} to {most}, got {value}."
        raise Refusal(400, message, param=name, code=f"integer_{side}_value")


def _check_quality(model: str, quality: Any) -> None:
    choices = ["low", "medium", "high", "auto"]
    if model.startswith("gpt-image-2.5-"):
        choices += ["xhigh", "max"]
    if quality is not None and quality not in choices:
        raise _invalid("quality", quality, f"Supported values are: {', '.join(choices)}.")


def _invalid(name: str, value: Any, hint: str) -> Refusal:
    return Refusal(400, f"Invalid value: '{value}'. {hint}", param=name, code="invalid_value")


def _wrong_type(name: str, wanted: str) -> Refusal:
    message = f"Invalid type for '{name}': expected {wanted}."
    return Refusal(400, message, param=name, code="invalid_type")
