"""A read-only FHIR server: metadata, read, search by GET and POST. What it holds is somebody else's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from flask import Blueprint, Response, request

from cds_service.fhir.access import Json
from cds_service.fhir.capability import capability_statement, searchable
from cds_service.fhir.search.parameters import Parameter
from cds_service.fhir.search.query import Query, link, read_query, run
from cds_service.web.bodies import expect_a_form
from cds_service.web.fhir_answers import fhir_answer, outcome_answer, searchset, wants_json


_FORM = "application/x-www-form-urlencoded"


class Holds(Protocol):
    """What a server asks of its records."""

    def find(self, kind: str, id: str, now: datetime) -> Json | None:
        """One resource."""

    def search(self, kind: str, patients: Iterable[str] | None, now: datetime) -> Iterable[Json]:
        """The resources of a type, or those about some patients."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One FHIR server.

    Attributes:
        name: Of the blueprint.
        path: Where it is.
        title: What it is called.
        description: What it is for.
        types: The types that it serves, with their search parameters.
        public_url: Where links lead; empty: where it was reached.
    """

    name: str
    path: str
    title: str
    description: str
    types: Mapping[str, Mapping[str, Parameter]]
    public_url: str = ""


def fhir_blueprint(endpoint: Endpoint, records: Holds, clock: Callable[[], datetime]) -> Blueprint:
    """The interactions of one server."""
    blueprint = Blueprint(endpoint.name, __name__, url_prefix=endpoint.path)
    server = _Server(endpoint, records, clock)
    blueprint.before_request(expect_a_form)
    blueprint.before_request(_refuse_other_formats)
    blueprint.get("/metadata")(server.metadata)
    blueprint.get("/<kind>/<id>")(server.read)
    blueprint.get("/<kind>")(server.search)
    blueprint.post("/<kind>/_search")(server.search_by_form)
    return blueprint


def _refuse_other_formats() -> Response | None:
    """Whoever insists on XML is told that there is none."""
    if wants_json():
        return None
    return outcome_answer(406, "not-supported", "Only JSON is offered.")


class _Server:
    """The views of one server."""

    def __init__(self, endpoint: Endpoint, records: Holds, clock: Callable[[], datetime]) -> None:
        self._endpoint = endpoint
        self._records = records
        self._clock = clock

    def metadata(self) -> Response:
        """What it can be asked."""
        own = self._endpoint
        types = [searchable(kind, known) for kind, known in sorted(own.types.items())]
        day = self._clock().date().isoformat()
        statement = capability_statement(own.title, own.description, self._base(), day, types)
        return fhir_answer(statement)

    def read(self, kind: str, id: str) -> Response:
        """One resource."""
        found = self._records.find(kind, id, self._clock())
        if found is None:
            return outcome_answer(404, "not-found", "There is no such resource.")
        return fhir_answer(found)

    def search(self, kind: str) -> Response:
        """A search by query string, or by form with the parameters of the query string added."""
        known = self._endpoint.types.get(kind)
        if known is None:
            return outcome_answer(404, "not-supported", "This type is not offered here.")
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        query = read_query(known, pairs, strict=_strict())
        resources = self._records.search(kind, query.patients, self._clock())
        total, page = run(query, resources)
        base = self._base()
        links = _links(base, kind, query, total)
        return fhir_answer(searchset(base, page, total, links, query.ignored))

    def search_by_form(self, kind: str) -> Response:
        """The same with ``POST``."""
        if request.content_length and request.mimetype != _FORM:
            return outcome_answer(415, "not-supported", f"A search is posted as {_FORM}.")
        return self.search(kind)

    def _base(self) -> str:
        return f"{self._endpoint.public_url or request.host_url.rstrip('/')}{self._endpoint.path}"


def _links(base: str, kind: str, query: Query, total: int) -> list[tuple[str, str]]:
    links = [("self", link(base, kind, query, query.offset))]
    if query.offset > 0:
        before = max(0, query.offset - query.count)
        links.append(("previous", link(base, kind, query, before)))
    after = query.offset + query.count
    if query.count and after < total:
        links.append(("next", link(base, kind, query, after)))
    return links


def _strict() -> bool:
    """The client wants an error rather than a search that leaves something out."""
    wishes = request.headers.get("Prefer", "").replace(";", ",").split(",")
    return any(wish.strip() == "handling=strict" for wish in wishes)
