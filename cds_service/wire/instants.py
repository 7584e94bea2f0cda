"""Instants as RFC 3339 writes them: date, time and offset, nothing less."""

from __future__ import annotations

import re
from datetime import datetime


_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2299


def read_instant(text: str) -> datetime | None:
    """The instant, or None when ``text`` is not one between 1900 and 2299.

    A leap second counts as the second before it; fractions beyond microseconds are cut off.
    """
    match = _RFC_3339.fullmatch(text)
    if match is None:
        return None
    day, minute, second, fraction, offset = match.groups()
    micros = (fraction or "0")[:6].ljust(6, "0")
    zone = "+00:00" if offset in "Zz" else offset
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}:{_second(second)}.{micros}{zone}")
    except ValueError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _second(second: str) -> str:
    return "59" if second == "60" else second
