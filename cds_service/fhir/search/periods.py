"""Dates as ranges: "2026-03" is every instant of that month, and comparisons are of ranges (R4, Search, date)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cds_service.fhir.access import Json


_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<time>\d\d:\d\d(?P<seconds>:\d\d(?:\.\d+)?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_YEARS = range(2, 9999)  # so that a time zone never leads out of the calendar


class Range(NamedTuple):
    """From ``start`` until before ``end``."""

    start: datetime
    end: datetime


def range_of(written: str) -> Range:
    """What a date, month, year or instant covers; without time zone it is UTC.

    Raises:
        ValueError: Not a date.
    """
    parts = _WRITTEN.fullmatch(written.strip().replace(" ", "+"))  # "+" is a blank in a query
    if parts is None or int(parts["year"]) not in _YEARS:
        raise ValueError("not a date")
    year, month = int(parts["year"]), int(parts["month"] or 1)
    if parts["time"]:
        start = datetime.fromisoformat(parts[0] if parts["zone"] else f"{parts[0]}Z")
        exact = timedelta(seconds=1) if parts["seconds"] else timedelta(minutes=1)
        return Range(start, start + exact)
    start = datetime(year, month, int(parts["day"] or 1), tzinfo=UTC)
    if parts["day"]:
        return Range(start, start + timedelta(days=1))
    following = (year, month + 1) if parts["month"] and month < 12 else (year + 1, 1)
    return Range(start, datetime(*following, 1, tzinfo=UTC))


def recorded_range(value: Any) -> Range | None:
    """What a date or Period of a resource covers; None when it cannot be read."""
    try:
        if isinstance(value, str):
            return range_of(value)
        return _of_period(value) if isinstance(value, dict) else None
    except ValueError:
        return None


def _of_period(period: Json) -> Range | None:
    start, end = period.get("start"), period.get("end")
    if not isinstance(start, str) and not isinstance(end, str):
        return None
    return Range(
        range_of(start).start if isinstance(start, str) else _FIRST,
        range_of(end).end if isinstance(end, str) else _LAST,
    )


_PREFIXED = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb)?(.*)", re.DOTALL)


def split_prefix(written: str) -> tuple[str, Range]:
    """Prefix and range of a search value.

    Raises:
        ValueError: No date, or a prefix that is not understood.
    """
    parts = _PREFIXED.fullmatch(written)
    if parts is None:
        raise ValueError("not a date")
    return parts[1] or "eq", range_of(parts[2])


def compares(recorded: Range, prefix: str, asked: Range) -> bool:
    """Whether a recorded range answers the search."""
    inside = asked.start <= recorded.start and recorded.end <= asked.end
    later, earlier = recorded.end > asked.end, recorded.start < asked.start
    return {
        "eq": inside,
        "ne": not inside,
        "gt": later,
        "lt": earlier,
        "ge": later or inside,
        "le": earlier or inside,
        "sa": recorded.start >= asked.end,
        "eb": recorded.end <= asked.start,
    }[prefix]
