"""The blueprint of the workbench: pages, static files, headers of pages, errors as pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from cds_service.core.errors import CdsError, InvalidRequestError
from cds_service.web.errors import answer_to
from cds_service.web.workbench.assets import Assets
from cds_service.web.workbench.bench import Bench, Page
from cds_service.web.workbench.pages import PAGES


TEMPLATES = Path(__file__).parents[1] / "templates"
# No inline script or style anywhere; nothing from elsewhere; no framing.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_KEPT = "public, max-age=31536000, immutable"


def workbench_blueprint(bench: Bench) -> Blueprint:
    """The pages that are served here; those with patient data only where the bench says so."""
    blueprint = Blueprint("workbench", __name__, template_folder=str(TEMPLATES))
    assets = Assets()
    pages = [page for page in PAGES if bench.patient_pages or not page.patient_data]
    for page in pages:
        page.add(blueprint, bench)
    if not any(page.path == "/" for page in pages):
        _add_start(blueprint, pages)
    _add_static(blueprint, assets)
    _add_errors(blueprint)

    @blueprint.context_processor
    def shared() -> dict[str, Any]:
        return {"static": assets.url, "pages": pages, "bench": bench}

    @blueprint.after_request
    def protect(answer: Response) -> Response:
        if answer.mimetype == "text/html":
            answer.headers["Content-Security-Policy"] = PAGE_POLICY
        return answer

    return blueprint


def _add_start(blueprint: Blueprint, pages: list[Page]) -> None:
    """Where "Try it" is not served, ``/`` lists what is."""

    @blueprint.get("/")
    def start() -> str:
        return render_template("start.html", listed=pages)


def _add_static(blueprint: Blueprint, assets: Assets) -> None:
    @blueprint.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            abort(404)
        headers = {"Cache-Control": _KEPT}
        return Response(asset.content, mimetype=asset.mimetype, headers=headers)


def _add_errors(blueprint: Blueprint) -> None:
    """The API's words, as a page; status and logging are the API's too."""

    def as_page(error: Exception) -> tuple[str, int]:
        answer = answer_to(error)
        outcome: Any = answer.get_json(force=True, silent=True) or {}
        words = [issue.get("diagnostics", "") for issue in outcome.get("issue", ())]
        where = error.expression if isinstance(error, InvalidRequestError) else ""
        template = "error_part.html" if "HX-Request" in request.headers else "error.html"
        page = render_template(
            template, status=answer.status_code, words=" ".join(words), where=where
        )
        return page, answer.status_code

    for kind in (CdsError, HTTPException, Exception):
        blueprint.register_error_handler(kind, as_page)
