"""Whether a resource answers one value of one search parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from cds_service.fhir.access import Json
from cds_service.fhir.references import relative
from cds_service.fhir.search.parameters import Kind, Parameter
from cds_service.fhir.search.periods import compares, recorded_range, split_prefix


Test = Callable[[Json], bool]
_COMMAS = re.compile(r"(?<!\\),")
_PIPES = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\,|$])")


def alternatives(value: str) -> list[str]:
    """The parts of a comma list; a comma after a backslash belongs to its part."""
    return [part for part in _COMMAS.split(value) if part]


def matcher(parameter: Parameter, values: list[str]) -> Test:
    """True for a resource that answers one of ``values``.

    Raises:
        ValueError: A value cannot be read.
    """
    make = _MAKERS[parameter.kind]
    tests = [make(value, parameter) for value in values]

    def answers(resource: Json) -> bool:
        found = [x for member in parameter.members for x in elements(resource, member)]
        return any(test(element) for test in tests for element in found)

    return answers


def is_missing(parameter: Parameter) -> Test:
    """True for a resource without any of the members."""
    return lambda resource: (
        not any(True for member in parameter.members for _ in elements(resource, member))
    )


def elements(resource: Json, path: str) -> Iterator[Any]:
    """What stands at a member, lists opened; ``a.b`` goes one further."""
    member, _, rest = path.partition(".")
    value = resource.get(member)
    for each in value if isinstance(value, list) else [value]:
        if rest and isinstance(each, dict):
            yield from elements(each, rest)
        elif each is not None and not rest:
            yield each


def _token(value: str, _: Parameter) -> Callable[[Any], bool]:
    parts = [_plain(part) for part in _PIPES.split(value)]
    if len(parts) > 2:
        raise ValueError("not a token")
    code = parts[-1]
    system = parts[0] if len(parts) == 2 else None

    def test(element: Any) -> bool:
        return any(
            (not code or found_code == code) and (system is None or found_system == system)
            for found_system, found_code in _tokens(element)
        )

    return test


def _tokens(element: Any) -> Iterator[tuple[str, str]]:
    """System and code of what tokens may look at: codes, flags, Codings, CodeableConcepts, Identifiers."""
    if isinstance(element, bool):
        yield "", str(element).lower()
    elif isinstance(element, str):
        yield "", element
        yield "", element.partition("|")[0]  # a canonical with its version
    elif isinstance(element, dict):
        codings = element.get("coding")
        for each in codings if isinstance(codings, list) else [element]:
            if isinstance(each, dict):
                yield _text(each.get("system")), _text(each.get("code", each.get("value")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _reference(value: str, parameter: Parameter) -> Callable[[Any], bool]:
    plain = relative(_plain(value))
    kind, _, id = plain.rpartition("/")
    wanted = {f"{each}/{id}" for each in ([kind] if kind else parameter.targets)}

    def test(element: Any) -> bool:
        written = element.get("reference") if isinstance(element, dict) else None
        return isinstance(written, str) and relative(written) in wanted

    return test


def _date(value: str, _: Parameter) -> Callable[[Any], bool]:
    prefix, asked = split_prefix(value)

    def test(element: Any) -> bool:
        recorded = recorded_range(element)
        return recorded is not None and compares(recorded, prefix, asked)

    return test


def _string(value: str, _: Parameter) -> Callable[[Any], bool]:
    """The beginning of a string, upper or lower case."""
    start = _plain(value).casefold()
    return lambda element: any(
        written.casefold().startswith(start) for written in _strings(element)
    )


def _strings(element: Any) -> Iterator[str]:
    if isinstance(element, str):
        yield element
    elif isinstance(element, dict):
        for value in element.values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str):
                    yield each


def _plain(value: str) -> str:
    return _ESCAPED.sub(r"\1", value)


def _uri(value: str, _: Parameter) -> Callable[[Any], bool]:
    plain = _plain(value)
    return lambda element: element == plain


_MAKERS: dict[Kind, Callable[[str, Parameter], Callable[[Any], bool]]] = {
    Kind.TOKEN: _token,
    Kind.REFERENCE: _reference,
    Kind.DATE: _date,
    Kind.STRING: _string,
    Kind.URI: _uri,
}
