"""The end of every call: one line in the log, its metrics, its audit record, the cards that it issued.

Never patient data: no URL, no body, no header but the request id. Pseudonyms go to the database only.
"""

from __future__ import annotations

import logging
from time import perf_counter

from flask import Flask, Response, g, request

from cds_service.core.errors import UnavailableError
from cds_service.store.audit import AuditRecord
from cds_service.trust.callers import UNKNOWN
from cds_service.web.callers import caller
from cds_service.web.correlation import correlation_id
from cds_service.web.errors import answer_to
from cds_service.web.metrics import Metrics, elapsed_seconds
from cds_service.web.notes import CallNotes, fields_of, notes
from cds_service.web.site import Site


log = logging.getLogger("cds_service.calls")
# What is about a patient; the rest is pages, health and metrics.
_AUDITED = frozenset({"calls.call", "calls.explain", "feedback.feedback"})


def register_conclusion(app: Flask, site: Site, metrics: Metrics | None) -> None:
    """Conclude each request."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def conclude(answer: Response) -> Response:
        answer = _recorded(site, metrics, answer)
        noted = notes()
        seconds = elapsed_seconds()
        if metrics is not None:
            metrics.count(answer.status_code, seconds, noted)
            if site.memory is not None:
                metrics.memory.set(site.memory.available)
        log.info("call", extra=_line(answer, noted, seconds))
        return answer


def _recorded(site: Site, metrics: Metrics | None, answer: Response) -> Response:
    """The answer, once what is to be written down is; a refusal where a site insists and it is not."""
    if site.memory is None or request.endpoint not in _AUDITED or caller() is UNKNOWN:
        return answer  # of strangers the log tells; they shall not fill the database
    noted = notes()
    issued = noted.issue if answer.status_code == 200 else None
    if site.memory.conclude(noted.subjects, issued, _record(site, answer, noted)):
        return answer
    if metrics is not None:
        metrics.unrecorded.inc()
    if not site.audit_required:
        return answer
    noted.cards = None
    return answer_to(UnavailableError("The audit record cannot be written; nothing is answered."))


def _record(site: Site, answer: Response, noted: CallNotes) -> AuditRecord:
    who = caller()
    return AuditRecord(
        at=site.clock(),
        request=correlation_id(),
        client=who.client,
        issuer=who.issuer,
        tenant=who.tenant,
        token=who.token,
        endpoint=request.endpoint or "",
        service=noted.service,
        hook=noted.hook,
        hook_instance=noted.hook_instance,
        status=answer.status_code,
        topics=" ".join(topic for topic, _ in noted.cards or ()),
    )


def _line(answer: Response, noted: CallNotes, seconds: float) -> dict[str, object]:
    who = caller()
    return {
        "request": correlation_id(),
        "endpoint": request.endpoint or "none",
        "status": answer.status_code,
        "ms": round(seconds * 1000, 1),
    } | fields_of(
        {
            "client": who.client,
            "tenant": who.tenant,
            "service": noted.service,
            "hook": noted.hook,
            "hookInstance": noted.hook_instance or (noted.hook and "not a UUID"),
            "cards": None if noted.cards is None else len(noted.cards),
            "topics": [topic for topic, _ in noted.cards or ()],
            "suppressed": dict(noted.suppressed),
            "gaps": noted.gaps,
            "skipped": dict(noted.skipped),
            "feedback": noted.feedback or None,
            "unknownCards": noted.unknown_cards or None,
        }
    )
