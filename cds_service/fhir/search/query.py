"""A search as it was asked, and its answer.

What is not understood is left out and named, or refused where the client asks for strictness
(R4, Search, "Handling Errors"). A modifier or a value that cannot be read is always refused:
leaving it out would find more than was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from cds_service.core.errors import InvalidRequestError
from cds_service.fhir.access import Json
from cds_service.fhir.search.matching import (
    Test,
    alternatives,
    elements,
    is_missing,
    matcher,
)
from cds_service.fhir.search.parameters import Kind, Parameter
from cds_service.fhir.search.periods import recorded_range


DEFAULT_COUNT, MOST = 100, 1_000
OFFSET = "_offset"
# Of the form of the answer, which is always the same here.
_OF_NO_EFFECT = frozenset({"_format", "_pretty", "_total"})
_SortKey = Callable[[Json], tuple[bool, datetime | str]]
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of a search.

    Attributes:
        tests: Each must hold.
        patients: Ids of the patients that are asked for; None: any.
        sort: Keys with whether each runs backwards, the first one first.
        used: The pairs that had an effect, for the self link (R4, Search, "Self Link").
        ignored: Names of parameters that were left out.
    """

    tests: tuple[Test, ...]
    patients: frozenset[str] | None
    sort: tuple[tuple[_SortKey, bool], ...]
    count: int
    offset: int
    used: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]


class Found(NamedTuple):
    """One page of results."""

    total: int
    page: list[Json]


def read_query(
    known: Mapping[str, Parameter], pairs: Iterable[tuple[str, str]], *, strict: bool
) -> Query:
    """The search that ``pairs`` of name and value ask for, of a type with the ``known`` parameters.

    Raises:
        InvalidRequestError: A value or modifier cannot be read; or, when ``strict``, a parameter is
            not known.
    """
    reading = _Reading(known)
    for name, value in pairs:
        if value:  # an empty value asks for nothing
            reading.read(name, value)
    if strict and reading.ignored:
        raise InvalidRequestError("This search parameter is not supported.", reading.ignored[0])
    return reading.query()


def run(query: Query, resources: Iterable[Json]) -> Found:
    """The page that ``query`` asks for, out of ``resources``."""
    found = [each for each in resources if all(test(each) for test in query.tests)]
    for key, backwards in reversed(query.sort):
        found.sort(key=key, reverse=backwards)
    return Found(len(found), found[query.offset : query.offset + query.count])


def link(base: str, kind: str, query: Query, offset: int) -> str:
    """The address of a page of the same search."""
    pairs = [*query.used, *([(OFFSET, str(offset))] if offset else [])]
    return f"{base}/{kind}?{urlencode(pairs)}" if pairs else f"{base}/{kind}"


class _Reading:
    """Collects what is understood of the pairs, one by one."""

    def __init__(self, known: Mapping[str, Parameter]) -> None:
        self.known = known
        self.tests: list[Test] = []
        self.patients: frozenset[str] | None = None
        self.sort: tuple[tuple[_SortKey, bool], ...] = ()
        self.count, self.offset = DEFAULT_COUNT, 0
        self.used: list[tuple[str, str]] = []
        self.ignored: list[str] = []

    def read(self, name: str, value: str) -> None:
        plain, _, modifier = name.partition(":")
        if name in _OF_NO_EFFECT:
            return
        if name == "_count":
            self.count = min(_whole_number(name, value), MOST)
        elif name == OFFSET:
            self.offset = _whole_number(name, value)
            return  # each link has its own
        elif name == "_sort":
            self._read_sort(value)
        elif name == "_summary" and value == "count":
            self.count = 0
        elif plain in self.known and "." not in modifier:
            self._read_test(plain, modifier, value)
        else:
            self.ignored.append(name)
            return
        self.used.append((name, value))

    def _read_sort(self, value: str) -> None:
        keys: list[tuple[_SortKey, bool]] = []
        for written in alternatives(value):
            name = written.removeprefix("-")
            if name in self.known:
                keys.append((_sort_key(self.known[name], written[0] == "-"), written[0] == "-"))
            else:
                self.ignored.append("_sort")
        self.sort = tuple(keys)

    def _read_test(self, name: str, modifier: str, value: str) -> None:
        parameter = self.known[name]
        if modifier == "missing" and value in {"true", "false"}:
            missing = is_missing(parameter)
            self.tests.append(
                missing if value == "true" else lambda resource: not missing(resource)
            )
            return
        values = alternatives(value)
        if modifier in parameter.targets:
            values = [f"{modifier}/{each}" for each in values]
        elif modifier:
            raise InvalidRequestError("This modifier is not supported.", name)
        try:
            self.tests.append(matcher(parameter, values))
        except ValueError:
            raise InvalidRequestError("The value of this parameter cannot be read.", name) from None
        if parameter.targets == ("Patient",):
            self._narrow(values)

    def _narrow(self, values: list[str]) -> None:
        asked = frozenset(value.rstrip("/").rsplit("/", 1)[-1] for value in values)
        self.patients = asked if self.patients is None else self.patients & asked

    def query(self) -> Query:
        return Query(
            tests=tuple(self.tests),
            patients=self.patients,
            sort=self.sort,
            count=self.count,
            offset=self.offset,
            used=tuple(self.used),
            ignored=tuple(dict.fromkeys(self.ignored)),
        )


def _whole_number(name: str, value: str) -> int:
    if not value.isdecimal() or len(value) > 9:
        raise InvalidRequestError("Expected a whole number.", name)
    return int(value)


def _sort_key(parameter: Parameter, backwards: bool) -> _SortKey:
    """What is without a value comes last, whichever the direction."""
    last, there = not backwards, backwards

    def of_dates(resource: Json) -> tuple[bool, datetime | str]:
        for member in parameter.members:
            for element in elements(resource, member):
                recorded = recorded_range(element)
                if recorded is not None:
                    return there, recorded.start
        return last, _NEVER

    def of_words(resource: Json) -> tuple[bool, datetime | str]:
        written = [str(e) for member in parameter.members for e in elements(resource, member)]
        return (there, min(written)) if written else (last, "")

    return of_dates if parameter.kind is Kind.DATE else of_words
