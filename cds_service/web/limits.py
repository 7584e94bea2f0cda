"""What one call may cost: resources and time; body and depth are limited where they are read."""

from __future__ import annotations

from time import perf_counter

from flask import g
from werkzeug.exceptions import RequestEntityTooLarge

from cds_service.core.errors import UnavailableError
from cds_service.web.site import Site


def check_limits(site: Site, resources: int) -> None:
    """Refuse more resources than a site wants to read in one call, and calls that took too long.

    Raises:
        RequestEntityTooLarge: Too many resources.
        UnavailableError: The time of this call is over.
    """
    if resources > site.max_resources:
        raise RequestEntityTooLarge
    check_time(site)


def check_time(site: Site) -> None:
    """Refuse to go on when the time of this call is over.

    Raises:
        UnavailableError: It is; the client may try again.
    """
    started: float = g.get("started", perf_counter())
    if perf_counter() - started > site.request_seconds:
        raise UnavailableError("The time for this call is over; nothing was concluded.")
