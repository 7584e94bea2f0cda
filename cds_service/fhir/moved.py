"""Resources with all their dates moved by whole days: a record that stays as fresh as when it was written."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any


_DATED = re.compile(
    r".*Date|.*DateTime|.*Instant|date|start|end|authored|authoredOn|issued|recorded"
)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?", re.DOTALL)
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_YEAR = re.compile(r"\d{4}")
_MONTH_LENGTH, _YEAR_LENGTH = 30.44, 365.25


def days_until_now(written_for: datetime, now: datetime) -> int:
    """Whole days by which dates may move without any of them coming to lie after ``now``."""
    return (now - written_for) // timedelta(days=1)


def moved(value: Any, days: int) -> Any:
    """A copy of a resource, or of a part, in which every date is ``days`` later.

    Months and years without a day move by the nearest number of months and years.
    """
    if days == 0:
        return value
    if isinstance(value, list):
        return [moved(each, days) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _later(each, days)
        if isinstance(each, str) and _DATED.fullmatch(name)
        else moved(each, days)
        for name, each in value.items()
    }


def _later(written: str, days: int) -> str:
    """What is no date (some sandbox cases have such) stays as it is."""
    try:
        return _later_date(written, days)
    except (ValueError, OverflowError):
        return written


def _later_date(written: str, days: int) -> str:
    day = _DAY.fullmatch(written)
    if day:
        later = date.fromisoformat(day[1]) + timedelta(days=days)
        return f"{later.isoformat()}{day[2] or ''}"
    month = _MONTH.fullmatch(written)
    if month:
        months = int(month[1]) * 12 + int(month[2]) - 1 + round(days / _MONTH_LENGTH)
        return f"{months // 12:04d}-{months % 12 + 1:02d}"
    if _YEAR.fullmatch(written):
        return f"{int(written) + round(days / _YEAR_LENGTH):04d}"
    return written
