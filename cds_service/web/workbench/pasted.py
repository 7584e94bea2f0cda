"""A pasted or uploaded text as a request; what is wrong with it is said with its place."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from cds_service.core.errors import InvalidRequestError
from cds_service.gather.requests import request_from_bundle
from cds_service.wire.strict_json import read_json


Json = dict[str, Any]
_PLACE = re.compile(r"line (\d+), column (\d+)")
_AROUND = 60


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something could not be used.

    Attributes:
        where: JSON path, or line and column.
        excerpt: The line in question, cut around the place.
        caret: How many characters of the excerpt stand before the place; -1: no place.
    """

    message: str
    where: str = ""
    excerpt: str = ""
    caret: int = -1


class UnusableError(Exception):
    """The text is no request; ``problem`` says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def request_of(text: str, max_depth: int) -> Json:
    """The CDS Hooks request that ``text`` is, or that a patient Bundle in it makes.

    Raises:
        UnusableError: It is neither.
    """
    document = _document(text, max_depth)
    if "hook" in document or "hookInstance" in document:
        return document
    kind = document.get("resourceType")
    if kind == "Bundle":
        return _of_bundle(document)
    raise UnusableError(_neither(document, kind))


def _document(text: str, max_depth: int) -> Json:
    try:
        value = read_json(text.encode("utf-8", "surrogatepass"), max_depth)
    except UnicodeError:
        raise UnusableError(Problem(message="The text is not UTF-8.")) from None
    except InvalidRequestError as error:
        raise UnusableError(_with_excerpt(str(error), text)) from None
    if isinstance(value, dict):
        return cast("Json", value)
    kind = {list: "an array", str: "a string", type(None): "null"}.get(
        type(value), "a single value"
    )
    message = f"The text is {kind}; a CDS Hooks request or a FHIR Bundle is a JSON object."
    raise UnusableError(Problem(message=message, where="$"))


def _with_excerpt(message: str, text: str) -> Problem:
    place = _PLACE.search(message)
    if place is None:
        return Problem(message=message.replace("The body", "The text"))
    line, column = int(place[1]), int(place[2])
    lines = text.split("\n")
    whole = lines[line - 1] if line <= len(lines) else ""
    begin = max(0, column - 1 - _AROUND)
    rest = "\n".join((whole[column - 1 :], *lines[line:]))
    return Problem(
        message=f"The text is not valid JSON. {_instead(text, line, rest)}".strip(),
        where=f"line {line}, column {column}",
        excerpt=whole[begin : column - 1 + _AROUND],
        caret=max(0, column - 1 - begin),
    )


def _instead(text: str, line: int, rest: str) -> str:
    """What a text looks like that is no JSON from ``line`` on; empty when like nothing in particular.

    ``rest`` is what stands behind the place.
    """
    begin = text.lstrip()[:200].lower()
    if "\0" in begin or "\ufffd" in begin:
        return "It is no text in UTF-8; UTF-16, as some Windows programs write it, has to be converted."
    if begin.startswith(("<!doctype html", "<html")):
        return "It is a page of HTML, perhaps one of a server that asks to sign in."
    if begin.startswith("<"):
        return "It looks like XML; servers give JSON when asked for application/fhir+json."
    first = text.split("\n", 1)[0].rstrip()
    if line > 1 and begin.startswith("{") and first.endswith("}"):
        return "It looks like one JSON object for each line (NDJSON); make a Bundle of them."
    return "" if rest.strip() else "It ends too early, as if the end had not been copied."


def _of_bundle(bundle: Json) -> Json:
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        raise UnusableError(
            Problem(message="The Bundle has no list of entries.", where="Bundle.entry")
        )
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            where = f"Bundle.entry[{index}]"
            raise UnusableError(Problem(message="This entry is no object.", where=where))
    _check_patients(entries)
    try:
        return request_from_bundle(bundle)
    except InvalidRequestError as error:
        raise UnusableError(Problem(message=str(error), where="Bundle.entry")) from None


def _check_patients(entries: list[Json]) -> None:
    """One patient, or the answer would be about one that nobody chose."""
    first = ""
    for index, entry in enumerate(entries):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
            continue
        id = resource.get("id")
        if first and isinstance(id, str) and id != first:
            message = "The Bundle holds more than one Patient; a request is about one."
            raise UnusableError(Problem(message=message, where=f"Bundle.entry[{index}]"))
        first = first or (id if isinstance(id, str) else "")


def _neither(document: Json, kind: Any) -> Problem:
    if "cards" in document:
        return Problem(message="This is the answer of a CDS service, not a request.", where="cards")
    if kind == "OperationOutcome":
        message = "This is an OperationOutcome: what a server says of a request, not patient data."
        return Problem(message=message, where="resourceType")
    if isinstance(kind, str):
        beside = "what is recorded of that patient" if kind == "Patient" else "its Patient"
        message = (
            f"This is a single {kind[:40]}. Put it into a Bundle together with {beside}, or into the "
            "prefetch of a CDS Hooks request."
        )
        return Problem(message=message, where="resourceType")
    message = "Neither a CDS Hooks request (it has no `hook`) nor a FHIR Bundle (it has no `resourceType`)."
    return Problem(message=message, where="$")
