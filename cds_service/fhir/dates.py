"""Dates as FHIR writes them, as instants with a time zone.

A date without a time is its first instant, and a moment without a zone is read in the zone of
``as_of``. A month or a year is its last instant, but not later than ``as_of``: what may have been
recent is not called old. What can only lie after ``as_of`` stays after it, so callers see it.
Years before 1850 are placeholders and count as no date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime

from cds_service.fhir.access import Json, ReadingError, object_of


_EARLIEST_YEAR = 1850
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")
_DAY_LENGTH = len("2026-11-21")


def moment_of(resource: Json, member: str, as_of: datetime) -> datetime | None:
    """The date of a member; None when it is missing or a placeholder.

    Raises:
        ReadingError: Something is there that is no date.
    """
    value = resource.get(member)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ReadingError(f"{member}: expected a date")
    try:
        moment = _moment(value.strip(), as_of)
    except ValueError:
        raise ReadingError(f"{member}: not a date") from None
    return moment if moment.year >= _EARLIEST_YEAR else None


def _moment(written: str, as_of: datetime) -> datetime:
    if len(written) > _DAY_LENGTH:
        moment = datetime.fromisoformat(written)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=as_of.tzinfo or UTC)
    if len(written) == _DAY_LENGTH:
        day = date.fromisoformat(written)
        return datetime(day.year, day.month, day.day, tzinfo=as_of.tzinfo or UTC)
    return _last_instant(written, as_of)


def _last_instant(written: str, as_of: datetime) -> datetime:
    parts = _PARTIAL.fullmatch(written)
    if parts is None:
        raise ValueError(written)
    year, month = int(parts[1]), int(parts[2] or 0)
    zone = as_of.tzinfo or UTC
    first = datetime(year, month or 1, 1, tzinfo=zone)
    if first > as_of:
        return first
    last_month = month or 12
    last = datetime(year, last_month, monthrange(year, last_month)[1], 23, 59, 59, tzinfo=zone)
    return min(last, as_of)


def first_moment(resource: Json, as_of: datetime, *members: str) -> datetime | None:
    """The first of several members that holds a date. ``xPeriod`` members give their start."""
    for member in members:
        if resource.get(member) is None:
            continue
        if member.endswith("Period") or member == "period":
            period = object_of(resource, member) or {}
            moment = moment_of(period, "start", as_of) or moment_of(period, "end", as_of)
        else:
            moment = moment_of(resource, member, as_of)
        if moment is not None:
            return moment
    return None


def period_end(resource: Json, member: str, as_of: datetime) -> datetime | None:
    """End of a Period; None when it is missing or open."""
    period = object_of(resource, member)
    return None if period is None else moment_of(period, "end", as_of)
