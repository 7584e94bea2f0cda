"""The sandbox FHIR server at ``/sandbox/fhir``: the sandbox cases, read-only, for demonstrations.

Enough for an EHR simulator to be pointed at it. It serves invented patients only and knows nothing
of the requests that the services get.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from cds_service.fhir.capability import capability_statement, searchable
from cds_service.fhir.search.parameters import PARAMETERS
from cds_service.fhir.search.query import Query, link, read_query, run
from cds_service.gather.sandbox_records import SandboxRecords
from cds_service.web.fhir_answers import fhir_answer, outcome_answer, searchset, wants_json


PATH = "/sandbox/fhir"
_TITLE = "Sandbox patients of the leg pain service"
_DESCRIPTION = (
    "Invented patients with leg complaints, read-only. Dates are moved so that each record is as "
    "fresh as on the day it was written for."
)
_FORM = "application/x-www-form-urlencoded"


def sandbox_blueprint(
    records: SandboxRecords, clock: Callable[[], datetime], public_url: str
) -> Blueprint:
    """Metadata, read and search; ``public_url``: where links lead, empty: where it was reached."""
    blueprint = Blueprint("sandbox", __name__, url_prefix=PATH)
    server = _Server(records, clock, public_url)
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
    """The interactions of the sandbox server."""

    def __init__(
        self, records: SandboxRecords, clock: Callable[[], datetime], public_url: str
    ) -> None:
        self._records = records
        self._clock = clock
        self._public_url = public_url

    def metadata(self) -> Response:
        """What can be asked."""
        types = [searchable(kind) for kind in sorted(PARAMETERS)]
        day = self._clock().date().isoformat()
        return fhir_answer(capability_statement(_TITLE, _DESCRIPTION, self._base(), day, types))

    def read(self, kind: str, id: str) -> Response:
        """One resource."""
        found = self._records.find(kind, id, self._clock())
        if found is None:
            return outcome_answer(404, "not-found", "There is no such resource.")
        return fhir_answer(found)

    def search(self, kind: str) -> Response:
        """A search by query string, or by form with the parameters of the query string added."""
        if kind not in PARAMETERS:
            return outcome_answer(404, "not-supported", "This type is not offered here.")
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        query = read_query(kind, pairs, strict=_strict())
        resources = self._records.search(kind, query.patients, self._clock())
        total, page = run(query, resources)
        base = self._base()
        links = _links(base, kind, query, total)
        return fhir_answer(searchset(base, page, total, links, query.ignored))

    def search_by_form(self, kind: str) -> Response:
        """The same with ``POST``."""
        if request.content_length and request.mimetype != _FORM:
            raise UnsupportedMediaType
        return self.search(kind)

    def _base(self) -> str:
        return f"{self._public_url or request.host_url.rstrip('/')}{PATH}"


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
