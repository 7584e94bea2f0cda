"""``GET /docs/api``: the OpenAPI document for people. No patient data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from cds_service.web.workbench.bench import Bench
from cds_service.web.workbench.openapi_view import api_view


SOURCE = "/openapi.json"


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/docs/api``."""

    @blueprint.get("/docs/api")
    def api() -> str:
        """Operations, schemas, errors, examples."""
        return api_page(bench.openapi() if bench.openapi else {})


def api_page(document: Mapping[str, Any], source: str = SOURCE) -> str:
    """The page of an OpenAPI document that is served at ``source``."""
    return render_template("api/page.html", here="api", view=api_view(document), source=source)
