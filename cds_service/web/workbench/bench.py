"""What the pages share: site, knowledge, sandbox, and which pages are served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Blueprint, request

from cds_service.core.knowledge import Knowledge
from cds_service.gather.sandbox import Sandbox
from cds_service.web.site import Site


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """Built by the composition root; read by every page.

    Attributes:
        patient_pages: Pages that show or take patient data are served too.
        public_url: Public https address; empty: the one of the request is shown in examples.
        authenticated: Callers of the API need a token, which examples then mention.
        openapi: The OpenAPI document of the API; None where there is none.
    """

    site: Site
    knowledge: Knowledge
    sandbox: Sandbox
    patient_pages: bool
    public_url: str = ""
    authenticated: bool = False
    openapi: Callable[[], Mapping[str, Any]] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the navigation.

    Attributes:
        endpoint: Name of its view function.
        add: Registers the view, and others that belong to it.
        patient_data: It shows or takes patient data, or what is not for strangers either.
    """

    endpoint: str
    path: str
    label: str
    about: str
    add: Callable[[Blueprint, Bench], None]
    patient_data: bool = False


def wants_part() -> bool:
    """The script of the page asks (htmx), so a part of the page is enough."""
    return "HX-Request" in request.headers
