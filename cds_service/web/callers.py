"""The caller of the current request."""

from __future__ import annotations

from flask import g

from cds_service.trust.callers import OPEN, Caller


def caller() -> Caller:
    """Whoever authentication found; the open client where there is none."""
    found: Caller = g.get("caller", OPEN)
    return found
