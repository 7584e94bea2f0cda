"""The command line: serve, demo, explain a file, check knowledge, write reference pages."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click
from msgspec import to_builtins
from pydantic import ValidationError

from cds_service.app import compose_memory, compose_site
from cds_service.core.errors import CdsError, InvalidRequestError, KnowledgeError
from cds_service.fhir.audit_events import audit_event
from cds_service.gather.requests import request_from_bundle
from cds_service.gather.sandbox import read_case
from cds_service.gather.services import load_services
from cds_service.gather.supply import gather
from cds_service.knowledge.coverage import coverage_problems, coverage_table, coverage_text
from cds_service.knowledge.lint import check_knowledge
from cds_service.knowledge.loader import CONTENT, load_knowledge
from cds_service.settings import Settings, data_folder, gunicorn_configuration, settings_page
from cds_service.store.audit import AuditRecord
from cds_service.store.memory import Remembered
from cds_service.store.report_text import report_csv, report_text
from cds_service.store.reports import Span
from cds_service.web.openapi import openapi_document
from cds_service.web.site import Site
from cds_service.wire.request import AS_OF_EXTENSION, parse_request
from cds_service.wire.response import response_document
from cds_service.wire.strict_json import read_json, write_json
from cds_service.wire.text import explanation_text, response_text


Json = dict[str, Any]
_START_SECONDS = 60
_FILE_DEPTH = 200
DAY = click.DateTime(["%Y-%m-%d"])
_DEMO_CASE = "rest-pain-burning-feet-diabetes"


@click.group()
def main() -> None:
    """Decision support for adults whose legs hurt or burn when lying down."""


@main.command()
def serve() -> None:
    """Serve over HTTP, with the settings of the environment."""
    settings = _settings()
    _refuse_taken_port(settings)
    os.execv(sys.executable, _gunicorn())  # noqa: S606 (our own interpreter)


@main.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def demo(path: Path | None) -> None:
    """Serve, send one sandbox case to ourselves, show the cards and the reasons, go on serving.

    PATH is a case folder, a CDS Hooks request or a patient Bundle; default: a case of the sandbox.
    """
    settings = _settings()
    if settings.auth_mode != "open":
        raise click.ClickException("The demo has no token to show: it needs CDS_AUTH_MODE=open.")
    _refuse_taken_port(settings)
    try:
        title, request = _request_of(path or settings.fixtures_folder / "cases" / _DEMO_CASE, "")
    except CdsError as problem:
        raise click.ClickException(str(problem)) from None
    for ending in (signal.SIGINT, signal.SIGTERM):  # the server stops with us
        signal.signal(ending, signal.default_int_handler)
    server = subprocess.Popen(_gunicorn())  # noqa: S603 (our own interpreter)
    try:
        _show_demo(settings, title, request, server)
        server.wait()
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--as-of",
    default="",
    help="RFC 3339 instant to reason for; default: the request's own, else now.",
)
@click.option(
    "--service", "service_id", help="Id of the CDS service; default: the first for the hook."
)
@click.option("--json", "as_json", is_flag=True, help="The explain document instead of text.")
@click.option("--cards", is_flag=True, help="The cards as well.")
def explain(path: Path, as_of: str, service_id: str | None, *, as_json: bool, cards: bool) -> None:
    """Say everything that is concluded from PATH: a CDS Hooks request, a bare patient Bundle, a case folder."""
    try:
        site = compose_site(_settings())
        document, response = _consider(site, _request_of(path, as_of)[1], service_id)
    except CdsError as problem:
        raise click.ClickException(str(problem)) from None
    if as_json:
        click.echo(write_json(document).decode())
        return
    click.echo(explanation_text(document), nl=False)
    if cards:
        click.echo("\nCards\n")
        click.echo(response_text(response), nl=False)


@main.group()
def knowledge() -> None:
    """The clinical knowledge."""


@knowledge.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def check(folder: Path | None) -> None:
    """Load FOLDER (default: the knowledge in use), name every problem, show what is covered."""
    place = folder or _settings().knowledge_dir or CONTENT
    try:
        known = load_knowledge(place)
    except KnowledgeError as problem:
        raise click.ClickException(f"{len(problem.problems)} problems\n{problem}") from None
    problems = check_knowledge(known)
    if not problems:
        click.echo(coverage_text(coverage_table(known)))
        # A site may leave out what it does not want; what is shipped must be whole.
        problems = coverage_problems(known) if place == CONTENT else []
    if problems:
        listed = "\n".join(problems)
        raise click.ClickException(f"{len(problems)} problems\n{listed}")
    click.echo(
        f"Knowledge {known.version}: {len(known.causes)} causes, {len(known.findings)} findings, "
        f"{len(known.workups)} work-ups, {len(known.red_flags)} red flags, {len(known.sources)} sources."
    )


@main.command()
@click.option("--since", type=DAY, help="Cards issued from this day (UTC) on.")
@click.option("--until", type=DAY, help="Cards issued before this day (UTC).")
@click.option("--client", default="", help="Cards of this client only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
)
def report(since: datetime | None, until: datetime | None, client: str, form: str) -> None:
    """How the advice is received: by service, topic, rule, reason, week and client."""
    span = Span(since=_utc(since), until=_utc(until), client=client)
    with _memory() as memory:
        found = memory.report(span)
    if form == "json":
        click.echo(write_json(to_builtins(found)).decode())
    else:
        click.echo(report_csv(found) if form == "csv" else report_text(found), nl=False)


@main.group()
def feedback() -> None:
    """What clinicians answered to cards."""


@feedback.command()
@click.option("--before", type=DAY, required=True, help="Cards issued before this day (UTC).")
@click.option("--comments-only", is_flag=True, help="Delete only the comments of clinicians.")
def purge(before: datetime, *, comments_only: bool) -> None:
    """Delete cards with all that was answered to them; what is deleted silences nothing any more."""
    moment = _utc(before)
    assert moment is not None  # noqa: S101 (the option is required)
    with _memory() as memory:
        count = memory.purge(moment, comments_only=comments_only)
    click.echo(f"{count} {'comments' if comments_only else 'cards'} deleted.")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--since", type=DAY, help="Calls from this day (UTC) on.")
@click.option("--until", type=DAY, help="Calls before this day (UTC).")
def export(since: datetime | None, until: datetime | None) -> None:
    """Every call as a FHIR AuditEvent (R4), one on each line (NDJSON)."""
    with _memory() as memory:
        for record in memory.audit(_utc(since), _utc(until)):
            click.echo(write_json(_audit_event(record)).decode())


@audit.command("purge")
@click.option("--before", type=DAY, required=True, help="Calls before this day (UTC).")
def audit_purge(before: datetime) -> None:
    """Delete audit records; export them first."""
    moment = _utc(before)
    assert moment is not None  # noqa: S101 (the option is required)
    with _memory() as memory:
        click.echo(f"{memory.purge_audit(moment)} records deleted.")


def _audit_event(record: AuditRecord) -> Json:
    return audit_event(
        id=record.request,
        at=record.at,
        client=record.client,
        clinician=record.clinician,
        patient=record.patient,
        status=record.status,
        details={
            "endpoint": record.endpoint,
            "service": record.service,
            "hook": record.hook,
            "hookInstance": record.hook_instance,
            "status": str(record.status),
            "cards": record.topics,
            "issuer": record.issuer,
            "tenant": record.tenant,
            "token": record.token,
        },
    )


@main.group()
def database() -> None:
    """The database."""


@database.command("upgrade")
def database_upgrade() -> None:
    """Bring the database to the newest form (the service does so at its start, too)."""
    with _memory() as memory:
        memory.prepare()
    click.echo("The database has the newest form.")


@contextmanager
def _memory() -> Iterator[Remembered]:
    """The memory that the settings name; its errors in words."""
    try:
        memory = compose_memory(_settings())
        if memory is None:
            raise click.ClickException("CDS_DATABASE_URL is off: nothing is remembered.")
        with closing(memory):
            yield memory
    except (CdsError, ValueError) as problem:
        raise click.ClickException(str(problem)) from None


def _utc(day: datetime | None) -> datetime | None:
    """A day given on the command line begins at midnight UTC."""
    return None if day is None else day.replace(tzinfo=UTC)


@main.group()
def docs() -> None:
    """Generated reference pages."""


@docs.command("openapi")
def docs_openapi() -> None:
    """The OpenAPI document of an installation with the default settings."""
    known = load_knowledge(CONTENT)
    services = load_services(data_folder("hooks"), known)
    click.echo(json.dumps(openapi_document(services), indent=2, ensure_ascii=False))


@docs.command("settings")
def docs_settings() -> None:
    """Every setting, as Markdown."""
    click.echo(settings_page(), nl=False)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as problem:
        wrong = [
            f"CDS_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in problem.errors()
        ]
        raise click.ClickException("\n".join(wrong)) from None


def _gunicorn() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "-c", str(gunicorn_configuration())]


def _refuse_taken_port(settings: Settings) -> None:
    """Say so in words instead of gunicorn's retries."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise click.ClickException(
                f"Port {settings.port} on {settings.host} is taken. Choose another one, for example: "
                f"make run PORT={settings.port + 1}"
            ) from None


def _request_of(path: Path, as_of: str) -> tuple[str, Json]:
    """Title and request: of a case folder, a file with a request, or one with a patient Bundle."""
    if path.is_dir():
        case, request = read_case(path)
        return f"{case.title}\n\n{case.story}", _at(request, as_of)
    content = read_json(path.read_bytes(), _FILE_DEPTH)
    if not isinstance(content, dict):
        raise InvalidRequestError("Neither a CDS Hooks request nor a Bundle.")
    document = cast("Json", content)
    request = document if "hook" in document else request_from_bundle(document)
    return path.name, _at(request, as_of)


def _at(request: Json, as_of: str) -> Json:
    """The request at another instant; unchanged when none is given."""
    return request | {"extension": {AS_OF_EXTENSION: as_of}} if as_of else request


def _consider(site: Site, body: Json, service_id: str | None) -> tuple[Json, Json]:
    """Explain document and response to one request, without HTTP."""
    request = parse_request(body, allow_as_of=True)
    matching = [
        s for s in site.services.values() if service_id in (None, s.id) and s.hook == request.hook
    ]
    if not matching:
        raise InvalidRequestError("No service answers this hook.", "hook")
    supply = gather(matching[0], request.context, request.prefetch, request.patient_id)
    reasoning = site.advisor.consider(request, supply)
    response = response_document(
        site.advisor.answer(reasoning).cards,
        patient_id=request.patient_id,
        encounter_id=request.encounter_id,
    )
    return site.advisor.explanation(reasoning), response


def _show_demo(
    settings: Settings, title: str, request: Json, server: subprocess.Popen[bytes]
) -> None:
    base = f"http://127.0.0.1:{settings.port}"
    _wait_until_ready(base, server)
    services = _get_json(f"{base}/cds-services")["services"]
    service = next((s for s in services if s["hook"] == request["hook"]), None)
    if service is None:
        raise click.ClickException(f"No service answers the hook {request['hook']}.")
    url = f"{base}/cds-services/{service['id']}"
    click.echo(f"\n{title}\n\nPOST {url}\n")
    click.echo(response_text(_get_json(url, request)))
    click.echo("Why (POST /explain/...):\n")
    click.echo(explanation_text(_get_json(f"{base}/explain/{service['id']}", request)))
    click.echo(f"Serving on {base}/cds-services. Ctrl-C stops.")


def _wait_until_ready(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 10):
        if server.poll() is not None:
            raise click.ClickException("The server did not start; the reason stands above.")
        try:
            _get_json(f"{base}/health/ready")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise click.ClickException("The server did not become ready.")


def _get_json(url: str, body: Json | None = None) -> Json:
    """GET, or POST when there is a body; to ourselves only."""
    data = None if body is None else write_json(body)
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 (http to ourselves)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return cast("Json", read_json(answer.read(), _FILE_DEPTH))
