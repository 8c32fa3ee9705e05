"""A house for each test of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.chaos.house import BY_QUEUE, ONE_PROCESS, House, opened
from tests.stand_ins.openai import OpenAIStandIn


@pytest.fixture(params=[ONE_PROCESS, BY_QUEUE])
def house(
    request: pytest.FixtureRequest,
    transactional_db: None,
    tmp_path: Path,
    openai: OpenAIStandIn,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """An installation with this test's database; once for each way to deploy it."""
    if request.param == BY_QUEUE and connection.vendor == "sqlite":
        pytest.skip("workers by queue need PostgreSQL; SQLite is for one machine")
    with opened(tmp_path, openai, settings, monkeypatch, deployment=request.param) as house:
        yield house
        if request.node.rep_call.failed if hasattr(request.node, "rep_call") else False:
            print(house.log())
