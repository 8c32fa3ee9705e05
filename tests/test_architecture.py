"""The house: an app imports only from apps to its left, and views from no outside library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ["accounts", "billing", "gallery", "generator", "config"]
NO_HOME = {"services.py", "utils.py", "helpers.py", "constants.py"}


def modules(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_from_apps_to_its_left(app: str) -> None:
    forbidden = {*APPS[APPS.index(app) + 1 :], "tests", "bench"}

    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(app)
        for name in imports(path)
        if name.split(".")[0] in forbidden
    ]

    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_views_call_the_domain_and_no_outside_library(app: str) -> None:
    outside = {"openai", "stripe", "storages", "boto3", "celery", "redis", "PIL"}

    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(app)
        if path.name == "views.py" or path.parent.name == "views"
        for name in imports(path)
        if name.split(".")[0] in outside
    ]

    assert found == []


def test_every_module_is_named_for_what_it_owns() -> None:
    assert [path for app in APPS for path in modules(app) if path.name in NO_HOME] == []


def test_the_rules_can_fail(tmp_path: Path) -> None:
    upward = tmp_path / "upward.py"
    upward.write_text("from generator.models import Generation\nimport config.settings\n")

    assert list(imports(upward)) == ["generator.models", "config.settings"]
