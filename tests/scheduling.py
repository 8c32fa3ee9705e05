"""Which tests pytest-xdist runs in one process, one after the other: those that start processes.

Its own mark `xdist_group` does nothing with pytest 9.2: pytest-xdist 3.8 writes the group into
`Item._nodeid`, and pytest keeps the id elsewhere by now.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

GROUPS = ("tests/browser/", "tests/config/test_heartbeat.py", "tests/config/test_running.py")


class Grouped(LoadScopeScheduling):
    """Each of ``GROUPS`` is one piece of work, and every other test is one by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for group in GROUPS if nodeid.startswith(group)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped:
    return Grouped(config, log)
