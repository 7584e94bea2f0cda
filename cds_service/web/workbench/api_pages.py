"""``GET /docs/api``: the OpenAPI document for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template

from cds_service.web.workbench.bench import Bench
from cds_service.web.workbench.openapi_view import api_view


SOURCE = "/openapi.json"


def api_page(document: Mapping[str, Any], source: str = SOURCE) -> str:
    """The page of an OpenAPI document that is served at ``source``."""
    return render_template("api/page.html", here="api", view=api_view(document), source=source)


def pages_of(document: Callable[[], Mapping[str, Any]]) -> Callable[[Blueprint, Bench], None]:
    """Registers ``/docs/api`` for the document that ``document`` gives."""

    def add_pages(blueprint: Blueprint, _bench: Bench) -> None:
        @blueprint.get("/docs/api")
        def api() -> str:
            """Operations, schemas, errors, examples."""
            return api_page(document())

    return add_pages
