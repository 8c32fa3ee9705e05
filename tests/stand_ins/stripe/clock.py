"""The time at the stand-in, which can be moved ahead."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime

DAY = 24 * 60 * 60
_SECONDS = {"day": DAY, "week": 7 * DAY}
_MONTHS = {"month": 1, "year": 12}


class Clock:
    """Runs as the machine's does, ``offset`` seconds ahead."""

    def __init__(self) -> None:
        self.offset = 0

    def now(self) -> int:
        """Seconds since 1970."""
        return int(time.time()) + self.offset

    def move_to(self, at: int) -> None:
        """Go ahead to a moment; never back."""
        self.offset += max(0, at - self.now())


def later(start: int, interval: str, count: int = 1) -> int:
    """The end of a period of billing: months end on the same day, or on their last."""
    if interval in _SECONDS:
        return start + _SECONDS[interval] * count
    moment = datetime.fromtimestamp(start, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + _MONTHS[interval] * count, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())
