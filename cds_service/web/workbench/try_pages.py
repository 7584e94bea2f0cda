"""Try it: send a sandbox case or an own request, see cards and reasons, switch findings.

The whole state of a case is in the query. An own request is sent with every try and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.core.errors import CdsError, DataUnavailableError, InvalidRequestError
from cds_service.web.errors import answer_to
from cds_service.web.workbench.bench import Bench, wants_part
from cds_service.web.workbench.changes import read_changes
from cds_service.web.workbench.look_view import Asked, look_view, query_of
from cds_service.web.workbench.pasted import Problem, UnusableError, request_of
from cds_service.web.workbench.stories import search, starters
from cds_service.web.workbench.trying import Try, service_for, try_request
from cds_service.wire.strict_json import write_json


Json = dict[str, Any]
HERE = "try_it"


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/``, ``/try`` for own requests, and the request of a case to fetch."""

    @blueprint.get("/")
    def try_it() -> AnyResponse:
        if request.args.get("case"):
            return _case_page(bench, request.args)
        return _start(bench, request.args)

    @blueprint.get("/try")
    def try_own_start() -> AnyResponse:
        return redirect("/#own", 302)

    @blueprint.post("/try")
    def try_own() -> AnyResponse:
        return _own_page(bench, request.form, _uploaded() or request.form.get("request", ""))

    @blueprint.get("/try/request.json")
    def request_of_case() -> Response:
        asked = msgspec.structs.replace(_asked_case(bench, request.args), tab="")
        body = _request_of_case(bench, asked)  # without tab: nobody is shown a card here
        tried = _try(bench, asked, body, request.args)
        return Response(write_json(tried.outcome.request), mimetype="application/json")


def _start(bench: Bench, values: Mapping[str, str]) -> Response:
    words, tag = values.get("q", "")[:100], values.get("tag", "")[:40]
    searching = bool(words or tag)
    page = render_template(
        "try/start.html",
        here=HERE,
        starters=starters(bench.sandbox),
        found=search(bench.sandbox, words, tag),
        total=len(bench.sandbox.cases),
        words=words,
        tag=tag,
        searching=searching,
        services=bench.site.services.values(),
        text="",
    )
    answer = make_response(page)
    if wants_part():  # while one types; whoever comes back, or sends the address, finds the same
        query = urlencode({name: value for name, value in (("q", words), ("tag", tag)) if value})
        answer.headers["HX-Replace-Url"] = f"/?{query}" if query else "/"
    return answer


def _case_page(bench: Bench, values: Mapping[str, str]) -> AnyResponse:
    asked = _asked_case(bench, values)
    try:
        tried = _try(bench, asked, _request_of_case(bench, asked), values)
    except CdsError as error:
        return _problem_page(bench, asked, _problem_of(error), answer_to(error).status_code)
    query = query_of(asked, tried.service.id, tried.changes)
    if not wants_part() and request.query_string.decode("latin-1") != query:
        return redirect(f"/?{query}", 302)  # a form without script sends every control
    answer = _answered(bench, asked, tried)
    if wants_part():
        answer.headers["HX-Replace-Url"] = f"/?{query}"
    return answer


def _own_page(bench: Bench, values: Mapping[str, str], text: str) -> AnyResponse:
    asked = Asked(text=text, service=values.get("service", ""), tab=_tab(values))
    try:
        body = request_of(text, bench.site.max_json_depth)
    except UnusableError as error:
        return _problem_page(bench, asked, error.problem, 400)
    try:
        tried = _try(bench, asked, body, values)
    except DataUnavailableError as error:
        never = " A try never fetches from a FHIR server." if body.get("fhirServer") else ""
        problem = Problem(message=f"{error}{never}", where="prefetch")
        return _problem_page(bench, asked, problem, answer_to(error).status_code)
    except CdsError as error:
        return _problem_page(bench, asked, _problem_of(error), answer_to(error).status_code)
    return _answered(bench, asked, tried)


def _try(bench: Bench, asked: Asked, body: Json, values: Mapping[str, str]) -> Try:
    changes = read_changes(values, bench.knowledge)
    wanted = asked.service or (asked.case.service if asked.case is not None else "")
    service = service_for(bench.site, wanted, body.get("hook"))
    # Where feedback needs a token no page has one, and there is nothing to remember.
    tab = "" if bench.authenticated else asked.tab
    return try_request(bench.site, bench.knowledge, service, body, changes, tab)


def _answered(bench: Bench, asked: Asked, tried: Try) -> Response:
    base = bench.public_url or request.host_url.rstrip("/")
    look = look_view(tried, asked, bench.knowledge, base, token=bench.authenticated)
    template = "try/result.html" if wants_part() else "try/look.html"
    return make_response(_page(bench, asked, template, look=look))


def _problem_page(bench: Bench, asked: Asked, problem: Problem, status: int) -> Response:
    template = "try/problem.html" if wants_part() else "try/look.html"
    return make_response(_page(bench, asked, template, problem=problem), status)


def _page(bench: Bench, asked: Asked, template: str, **values: Any) -> str:
    services = bench.site.services
    chosen = asked.service or (asked.case.service if asked.case is not None else "")
    look = values.get("look")
    return render_template(
        template,
        here=HERE,
        htmx_part=wants_part(),
        asked=asked,
        text=asked.text,
        services=services.values(),
        chosen=look.service if look is not None else chosen if chosen in services else "",
        **values,
    )


def _problem_of(error: CdsError) -> Problem:
    where = error.expression if isinstance(error, InvalidRequestError) else ""
    return Problem(message=str(error), where=where)


def _asked_case(bench: Bench, values: Mapping[str, str]) -> Asked:
    slug = values.get("case", "")
    case = bench.sandbox.cases.get(slug)
    if case is None:
        abort(404)
    service = values.get("service", "")
    return Asked(slug=slug, case=case, service=service, tab=_tab(values))


def _request_of_case(bench: Bench, asked: Asked) -> Json:
    body = bench.sandbox.request(asked.slug)
    if body is None:
        abort(404)
    return body


def _tab(values: Mapping[str, str]) -> str:
    """The id of this tab of the browser: of the page that asks, else a new one."""
    try:
        return str(UUID(values.get("tab", "")))
    except ValueError:
        return str(uuid4())


def _uploaded() -> str:
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    return content.decode("utf-8-sig", "replace")
