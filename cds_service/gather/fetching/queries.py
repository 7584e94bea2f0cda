"""Our own templates as addresses: exactly what discovery published, with the tokens filled in (PRE-17)."""

from __future__ import annotations

import re
from collections.abc import Mapping


_TOKEN = re.compile(r"\{\{context\.([A-Za-z]+)\}\}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_EMPTY = "\0"


def filled(template: str, ids: Mapping[str, str]) -> str:
    """``template`` with the context members of ``ids`` in place; empty when one is missing or no id.

    A search with an unfilled token would find nothing, and that would pass for "none known" (TOK-15).
    """
    text = _TOKEN.sub(lambda token: _safe(ids.get(token[1], "")), template)
    return "" if "{{" in text or _EMPTY in text else text


def _safe(id: str) -> str:
    # `.` and `..` fit the pattern of FHIR ids, and would climb in the path.
    return id if _ID.fullmatch(id) and id.strip(".") else _EMPTY


def is_search(query: str) -> bool:
    """A search, not a read by id."""
    return "?" in query


def id_of(query: str) -> str:
    """The id that a read asks for."""
    return query.partition("/")[2]
