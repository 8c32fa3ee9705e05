"""Settings that are missing or wrong, each with what to do; `manage.py check` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from billing.google_play import client


@register()
def provider_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A production without a provider draws demo pictures for money."""
    if settings.DEBUG or settings.OPENAI_API_KEY:
        return []
    return [
        Warning(
            "No provider key is set: only the demo model is offered.",
            hint="Set OPENAI_API_KEY.",
            id="easel.W001",
        )
    ]


@register()
def provider_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """OPENAI_BASE_URL must be an address, and https outside this machine."""
    url = settings.OPENAI_BASE_URL
    if not url or url.startswith("https://"):
        return []
    if url.startswith(("http://127.0.0.1", "http://localhost")):
        return []
    if url.startswith("http://"):
        return [
            Warning(
                "OPENAI_BASE_URL sends your key unencrypted.",
                hint="Use https:// unless the network in between is yours.",
                id="easel.W002",
            )
        ]
    return [
        Error(
            f"OPENAI_BASE_URL is {url!r}, which is not an address.",
            hint="Write it as https://host/v1.",
            id="easel.E001",
        )
    ]


@register()
def storage_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A bucket with half a key pair fails at the first picture."""
    if not settings.AWS_STORAGE_BUCKET_NAME:
        return []
    options = cast(dict[str, Any], settings.STORAGES["default"])["OPTIONS"]
    if bool(options["access_key"]) == bool(options["secret_key"]):
        return []
    return [
        Error(
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; one is missing.",
            hint="Set both, or neither where the machine has a role of its own.",
            id="easel.E002",
        )
    ]


@register()
def media_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The media folder must not lie where static files are served from."""
    if settings.AWS_STORAGE_BUCKET_NAME:
        return []
    media, static = Path(settings.MEDIA_ROOT).resolve(), Path(settings.STATIC_ROOT).resolve()
    if media != static and static not in media.parents:
        return []
    return [
        Error(
            "MEDIA_ROOT lies in the folder of the static files: private pictures would be public.",
            hint="Choose a folder that no web server serves.",
            id="easel.E003",
        )
    ]


@register()
def google_play(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Half a set-up sells nothing, or sells and never hears of a refund."""
    names = ["GOOGLE_PLAY_CREDENTIALS", "GOOGLE_PLAY_PACKAGE", "GOOGLE_PLAY_PRODUCTS"]
    missing = [name for name in names if not getattr(settings, name)]
    if len(missing) == len(names):
        return []
    if missing:
        return [
            Error(
                f"Google Play is half set up: {' and '.join(missing)} missing.",
                hint="Set all three, or none (docs/google-play.md).",
                id="easel.E010",
            )
        ]
    return [*_google_play_key(), *_google_play_push()]


def _google_play_key() -> list[CheckMessage]:
    try:
        client.key()
    except ValueError:
        return [
            Error(
                "GOOGLE_PLAY_CREDENTIALS is no key of a service account, nor the path to one.",
                hint="Set it to the JSON file that the Cloud console handed out.",
                id="easel.E011",
            )
        ]
    return []


def _google_play_push() -> list[CheckMessage]:
    if settings.GOOGLE_PLAY_PUSH_EMAIL:
        return []
    return [
        Warning(
            "Google Play's notifications are not taken: changes are noticed hours later.",
            hint="Set GOOGLE_PLAY_PUSH_EMAIL (docs/google-play.md).",
            id="easel.W010",
        )
    ]


@register(Tags.security, deploy=True)
def stripe_mode(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A test key takes the card 4242 4242 4242 4242, and pictures cost real money."""
    if not settings.STRIPE_SECRET_KEY or settings.STRIPE_LIVE_MODE:
        return []
    return [
        Warning(
            "STRIPE_SECRET_KEY is a test key: everybody can buy credits with pretend money.",
            hint="Set the key of live mode before you let people in (docs/payments.md).",
            id="easel.W011",
        )
    ]


@register(Tags.security, deploy=True)
def production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What a public installation needs beyond Django's own deploy checks."""
    messages: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        messages.append(
            Warning(
                "SQLite serves one machine only.",
                hint="Set DATABASE_URL to a PostgreSQL database before you run two machines.",
                id="easel.W003",
            )
        )
    if settings.REDIS_IS_EMBEDDED:
        messages.append(
            Error(
                "REDIS_URL is not set: the embedded Redis belongs to `make run` alone.",
                hint="Set REDIS_URL, such as redis://host:6379/0.",
                id="easel.E004",
            )
        )
    if settings.EMAIL_VERIFICATION == "none":
        messages.append(
            Warning(
                "E-mail addresses are not verified: free credits can be had without end.",
                hint="Set EMAIL_VERIFICATION=mandatory.",
                id="easel.W004",
            )
        )
    if "smtp" in settings.EMAIL_BACKEND and settings.EMAIL_HOST == "localhost":
        messages.append(
            Warning(
                "EMAIL_URL is not set: mail goes to this machine's own server.",
                hint="Set EMAIL_URL, such as smtp+tls://user:password@host:587.",
                id="easel.W005",
            )
        )
    return messages
