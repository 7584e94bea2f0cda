"""The composition root: the only module that knows every room, and the only one with a clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask

from cds_service.admission import admit
from cds_service.core.card import CardPolicy
from cds_service.core.errors import KnowledgeError, UnavailableError
from cds_service.core.knowledge import Knowledge
from cds_service.gather.sandbox import Sandbox
from cds_service.gather.sandbox_records import SandboxRecords
from cds_service.gather.services import load_services, offered_services
from cds_service.knowledge.about import about_document
from cds_service.knowledge.feedback import RULES, load_memory_rules
from cds_service.knowledge.lint import check_references
from cds_service.knowledge.loader import CONTENT, load_knowledge
from cds_service.settings import NO_DATABASE, Settings
from cds_service.store.database import Database
from cds_service.store.memory import Remembered
from cds_service.store.pseudonyms import site_secret
from cds_service.store.reports import Review
from cds_service.web.advisor import Advisor
from cds_service.web.authentication import register_authentication
from cds_service.web.calls import calls_blueprint
from cds_service.web.conclusion import register_conclusion
from cds_service.web.discovery import discovery_blueprint
from cds_service.web.errors import register_errors
from cds_service.web.feedback import feedback_blueprint
from cds_service.web.headers import register_headers
from cds_service.web.logs import configure_logging
from cds_service.web.metrics import Metrics, metrics_blueprint
from cds_service.web.openapi import openapi_blueprint, openapi_document
from cds_service.web.published import published_blueprint
from cds_service.web.remembering import state_of_memory
from cds_service.web.reports import reports_blueprint
from cds_service.web.sandbox import sandbox_blueprint
from cds_service.web.site import Advises, Site
from cds_service.web.tracing import Tracing, register_tracing
from cds_service.web.workbench import Bench, workbench_blueprint


# A service call waits no longer than this for the database.
_CALL_WAITS_SECONDS = 0.25
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
        ConfigurationError: The settings or the clients file would let strangers in.
    """
    settings = settings or Settings()
    configure_logging(settings.log_level, as_json=settings.log_format == "json")
    memory = compose_memory(settings)
    known = knowledge or checked_knowledge(settings.knowledge_dir or CONTENT)
    plain = compose_site(settings, clock=clock, knowledge=known, advisor=advisor, memory=memory)
    admission = admit(
        settings, clock, plain.advisor, workups=known.workups, services=plain.services
    )
    site = msgspec.structs.replace(plain, agreements=admission.agreements, check=admission.check)
    site.health.add("memory", partial(state_of_memory, memory))
    app = Flask("cds_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes  # a pasted request is one field
    app.url_map.merge_slashes = False  # a redirect would fail a CORS preflight
    register_headers(app, settings.origins, https=bool(settings.public_url))
    metrics = Metrics() if settings.metrics else None
    register_conclusion(app, site, metrics)
    if settings.otel:
        register_tracing(app, Tracing())
    register_errors(app)
    if admission.verifier is not None:
        register_authentication(
            app,
            admission.verifier,
            discovery=settings.discovery_auth,
            reports=settings.workbench != "on",
        )
    app.register_blueprint(discovery_blueprint(site))
    app.extensions["cds_memory"] = memory
    app.extensions["cds_used_tokens"] = admission.used_tokens
    app.register_blueprint(calls_blueprint(site))
    app.register_blueprint(feedback_blueprint(site))
    sandbox = Sandbox(settings.fixtures_folder / "cases")
    described = openapi_document(site.services, settings.public_url, metrics=settings.metrics)
    app.register_blueprint(openapi_blueprint(described))
    if settings.workbench != "off":  # before the reports: its page has the same address
        bench = compose_bench(settings, site, known, sandbox, described)
        app.register_blueprint(workbench_blueprint(bench))
    app.register_blueprint(reports_blueprint(site))
    if metrics is not None:
        app.register_blueprint(metrics_blueprint(metrics))
    app.register_blueprint(published_blueprint(known, clock, settings.public_url))
    if settings.serves_sandbox:
        records = SandboxRecords(sandbox)
        app.register_blueprint(sandbox_blueprint(records, clock, settings.public_url))
    return app


def compose_bench(
    settings: Settings,
    site: Site,
    knowledge: Knowledge,
    sandbox: Sandbox | None = None,
    described: dict[str, Any] | None = None,
) -> Bench:
    """What the pages for people stand on."""
    is_open = settings.auth_mode == "open"
    return Bench(
        site=site,
        knowledge=knowledge,
        sandbox=sandbox or Sandbox(settings.fixtures_folder / "cases"),
        patient_pages=settings.workbench == "on" or is_open,
        public_url=settings.public_url,
        authenticated=not is_open,
        openapi=None if described is None else described.copy,
    )


def compose_site(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    knowledge: Knowledge | None = None,
    advisor: Advises | None = None,
    memory: Remembered | None = None,
) -> Site:
    """Knowledge, services and advisor, as the settings ask for them; without any client."""
    known = knowledge or checked_knowledge(settings.knowledge_dir or CONTENT)
    pages = settings.public_url if settings.workbench != "off" else ""
    policy = CardPolicy(maximum=settings.max_cards, base_url=pages)
    return Site(
        services=offered_services(load_services(settings.hooks_folder, known), settings.offered),
        advisor=advisor or Advisor(known, policy, clock),
        hooks_version=settings.hooks_version,
        knowledge_version=known.version,
        about=partial(about_document, known),
        allow_as_of=settings.as_of_allowed,
        max_json_depth=settings.max_json_depth,
        max_resources=settings.max_resources,
        request_seconds=settings.request_seconds,
        authentication=settings.auth_mode,
        agreements={},
        memory=memory,
        clock=clock,
        longest_comment=settings.feedback_comment_length,
        audit_required=settings.audit_required,
    )


def compose_memory(settings: Settings) -> Remembered | None:
    """What is remembered between calls; None where the settings want nothing to be.

    A database that cannot be had now is tried again at later calls.

    Raises:
        ValueError: The secret of the site is too short, or missing where it has to be set.
        KnowledgeError: The rules of feedback are wrong.
    """
    url = settings.database_url
    if url == NO_DATABASE:
        return None
    lasting = Database(url, wait_seconds=settings.database_seconds)
    beside = lasting.file.with_suffix(".secret") if lasting.file is not None else None
    if beside is None:
        site_secret(settings.site_secret.get_secret_value(), None)
    memory = Remembered(
        Database(url, wait_seconds=_CALL_WAITS_SECONDS),
        lasting,
        load_memory_rules(settings.feedback_rules or RULES, repeat_hours=settings.repeat_hours),
        partial(site_secret, settings.site_secret.get_secret_value(), beside),
        Review(answers=settings.review_answers, below=settings.review_below),
    )
    try:
        memory.prepare()
    except UnavailableError as problem:
        logging.getLogger(__name__).warning("no memory for now: %s", problem)
    return memory


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
