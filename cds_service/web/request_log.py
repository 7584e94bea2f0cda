"""One line in the log for each request. Never patient data: no URL, no body, no header but the id."""

from __future__ import annotations

import logging
from time import perf_counter

from flask import Flask, Response, g, request

from cds_service.web.correlation import correlation_id


log = logging.getLogger("cds_service.requests")


def register_request_log(app: Flask) -> None:
    """Log endpoint, service, status, duration, number of cards and gaps of each request."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def note(answer: Response) -> Response:
        log.info(
            "request=%s endpoint=%s service=%s status=%d ms=%.1f cards=%s gaps=%s",
            correlation_id(),
            request.endpoint or "-",
            g.get("service", "-"),
            answer.status_code,
            (perf_counter() - g.started) * 1000,
            g.get("cards", "-"),
            ",".join(g.get("gaps", ())) or "-",
        )
        return answer
