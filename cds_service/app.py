"""The composition root: the only module that knows every room, and the only one with a clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flask import Flask

from cds_service.core.card import CardPolicy
from cds_service.core.errors import KnowledgeError
from cds_service.core.knowledge import Knowledge
from cds_service.fhir.release import Release
from cds_service.gather.fetching.addresses import Servers
from cds_service.gather.fetching.fetch import Fetcher, Limits
from cds_service.gather.sandbox_records import SandboxRecords
from cds_service.gather.services import load_services, offered_services
from cds_service.knowledge.about import about_document
from cds_service.knowledge.lint import check_references
from cds_service.knowledge.loader import CONTENT, load_knowledge
from cds_service.settings import Settings
from cds_service.web.advisor import Advisor
from cds_service.web.calls import calls_blueprint
from cds_service.web.discovery import discovery_blueprint
from cds_service.web.errors import register_errors
from cds_service.web.headers import register_headers
from cds_service.web.request_log import register_request_log
from cds_service.web.sandbox import sandbox_blueprint
from cds_service.web.site import Advises, Site
from cds_service.wire.strict_json import read_json


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock. Everything below takes the instant as an argument."""
    return datetime.now(UTC)  # noqa: TID251


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock = utc_now,
    knowledge: Knowledge | None = None,
    advisor: Advises | None = None,
) -> Flask:
    """The Flask application; the arguments replace what is otherwise built from the settings.

    Raises:
        KnowledgeError: Clinical knowledge or service definitions are wrong.
    """
    settings = settings or Settings()
    configure_logging(settings.log_level)
    site = compose_site(settings, clock=clock, knowledge=knowledge, advisor=advisor)
    app = Flask("cds_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.merge_slashes = False  # a redirect would fail a CORS preflight
    register_request_log(app)
    register_headers(app, settings.origins, https=bool(settings.public_url))
    register_errors(app)
    app.register_blueprint(discovery_blueprint(site))
    app.register_blueprint(calls_blueprint(site))
    if settings.serves_sandbox:
        records = SandboxRecords(settings.fixtures_folder)
        app.register_blueprint(sandbox_blueprint(records, clock, settings.public_url))
    return app


def compose_site(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    knowledge: Knowledge | None = None,
    advisor: Advises | None = None,
) -> Site:
    """Knowledge, services and advisor, as the settings ask for them."""
    known = knowledge or checked_knowledge(settings.knowledge_dir or CONTENT)
    policy = CardPolicy(maximum=settings.max_cards, base_url=settings.public_url)
    return Site(
        services=offered_services(load_services(settings.hooks_folder, known), settings.offered),
        advisor=advisor or Advisor(known, policy, clock),
        hooks_version=settings.hooks_version,
        knowledge_version=known.version,
        about=about_document(known),
        allow_as_of=settings.allow_as_of,
        max_json_depth=settings.max_json_depth,
        fetcher=compose_fetcher(settings),
        release=None if settings.fhir_release == "auto" else Release(settings.fhir_release),
    )


def checked_knowledge(folder: Path) -> Knowledge:
    """The knowledge of a folder, every reference in it leading somewhere.

    Raises:
        KnowledgeError: A file is wrong, or an entry names something that does not exist.
    """
    known = load_knowledge(folder)
    problems = check_references(known)
    if problems:
        raise KnowledgeError(problems)
    return known


def compose_fetcher(settings: Settings) -> Fetcher | None:
    """What completes prefetch; None unless the settings list a FHIR server.

    Raises:
        ValueError: An entry of the list is no base URL, or not https where it has to be.
    """
    servers = Servers.build(
        settings.fetched_from,
        settings.fetched_openly_from,
        allow_http=settings.fhir_allow_http,
        allow_private=settings.fhir_allow_private,
    )
    limits = Limits(
        seconds=settings.fhir_seconds,
        max_bytes=settings.fhir_max_bytes,
        max_pages=settings.fhir_max_pages,
    )
    read = partial(read_json, max_depth=settings.max_json_depth)
    return Fetcher(servers, limits, read) if servers.listed else None


def configure_logging(level: str) -> None:
    """Log lines of this package to standard error; other libraries keep their own ways."""
    package = logging.getLogger("cds_service")
    package.setLevel(level)
    if not package.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        package.addHandler(handler)
