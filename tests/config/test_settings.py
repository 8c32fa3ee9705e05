"""Settings: documented in one place, and loud when they are wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def started(tmp_path: Path, code: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """A fresh process that reads the settings under these variables only."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings\n{code}"],
        env={**kept, "EASEL_IGNORE_DOTENV": "1", "VAR_DIR": str(tmp_path), **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_variable_is_documented() -> None:
    source = (ROOT / "config" / "settings.py").read_text()
    documented = (ROOT / "docs" / "settings.md").read_text()

    names = set(
        re.findall(r"""(?:env\.\w+|_choice|_whole|_switch)\(\s*"([A-Z][A-Z0-9_]+)\"""", source)
    )

    assert len(names) > 30
    assert sorted(name for name in names if f"`{name}`" not in documented) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("SIGNUP_CREDITS", "three"),
        ("SIGNUP_CREDITS", "-1"),
        ("MAX_IMAGES_PER_GENERATION", "11"),
        ("EMAIL_VERIFICATION", "sometimes"),
        ("SITE_URL", "easel.example"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("DATABASE_URL", "nonsense"),
        ("EMAIL_URL", "submission://host"),
        ("DEMO_MODEL", "yes"),
        ("GOOGLE_PLAY_PRODUCTS", "easel.basic"),
        ("STRIPE_SECRET_KEY", "pk_live_0123456789"),
        ("STRIPE_SECRET_KEY", "sk_test_practice"),
        ("STRIPE_PRACTICE", "true"),
        ("CURRENCY", "dollars"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(
    tmp_path: Path, name: str, value: str
) -> None:
    result = started(tmp_path, **{name: value})

    assert result.returncode != 0
    assert name in result.stderr.splitlines()[-1]


def test_a_fresh_clone_is_local_and_keeps_its_key(tmp_path: Path) -> None:
    show = "print(settings.DEBUG, settings.EMAIL_VERIFICATION, settings.SECRET_KEY)"

    first, second = started(tmp_path, show), started(tmp_path, show)

    assert first.stdout == second.stdout
    assert first.stdout.startswith("True none ")
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_key_makes_it_a_production(tmp_path: Path) -> None:
    result = started(
        tmp_path,
        "print(settings.DEBUG, settings.EMAIL_VERIFICATION, settings.SESSION_COOKIE_SECURE,"
        "settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS > 0)",
        SECRET_KEY="x" * 60,
        SITE_URL="https://easel.example",
    )

    assert result.stdout.split() == ["False", "mandatory", "True", "True", "True"]


def test_no_switch_of_the_house_is_read_by_chance(tmp_path: Path) -> None:
    off = started(tmp_path, "print(settings.GENERATION_ENABLED)", GENERATION_ENABLED="off")

    assert off.stdout.strip() == "False"
