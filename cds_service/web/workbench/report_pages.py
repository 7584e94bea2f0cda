"""``GET /reports`` for people, and as a table for a spreadsheet; programs get the same as JSON.

No patient data: counts by service, topic, rule, reason, week and client.
"""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, render_template, request

from cds_service.core.errors import CdsError
from cds_service.store.report_text import report_csv
from cds_service.store.reports import Report, Span
from cds_service.web.answers import json_answer
from cds_service.web.errors import answer_to
from cds_service.web.reports import current_report
from cds_service.web.site import Site
from cds_service.web.workbench.bench import Bench
from cds_service.web.workbench.knowledge_pages import href
from cds_service.web.workbench.report_view import report_view


_JSON, _HTML = "application/json", "text/html"


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/reports`` and ``/reports.csv``."""
    site = bench.site

    @blueprint.get("/reports")
    def reports() -> Response:
        """The page for browsers; JSON for everybody who does not prefer HTML."""
        wants_page = request.accept_mimetypes.best_match([_JSON, _HTML], _JSON) == _HTML
        answer = _page(bench) if wants_page else _data(site)
        answer.headers.add("Vary", "Accept")
        return answer

    @blueprint.get("/reports.csv")
    def reports_csv() -> Response:
        """One line for each group and reason."""
        disposition = {"Content-Disposition": "attachment; filename=card-reports.csv"}
        return Response(report_csv(current_report(site)), mimetype="text/csv", headers=disposition)


def _page(bench: Bench) -> Response:
    site = bench.site
    if site.memory is None:
        return Response(render_template("reports/none.html", here="reports"), mimetype=_HTML)
    report = current_report(site)
    view = report_view(
        report,
        bench.knowledge,
        site.clock(),
        clients=_clients(site, report),
        names={service.id: service.title for service in site.services.values()},
    )
    page = render_template("reports/page.html", here="reports", view=view, href=href)
    return Response(page, mimetype=_HTML)


def _clients(site: Site, report: Report) -> list[str]:
    """All clients that there are to choose, also when one is chosen."""
    whole = site.memory.report(Span()) if site.memory and report.client else report
    return [each.client for each in whole.clients if each.client]


def _data(site: Site) -> Response:
    """As the API answers, errors too: a program does not read pages."""
    try:
        return json_answer(msgspec.to_builtins(current_report(site)))
    except CdsError as error:
        return answer_to(error)
