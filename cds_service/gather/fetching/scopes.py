"""SMART scopes, versions 1 and 2: which of our templates the token lets us ask (FHIR-09).

``patient/Condition.read`` (version 1), ``user/*.rs`` and ``patient/Observation.rs?category=laboratory``
(version 2) are understood; everything else (``launch``, ``openid``, words of vendors) grants nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from urllib.parse import parse_qsl

import msgspec


_SCOPE = re.compile(
    r"(patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]+)"
    r"\.(?P<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(\?(?P<query>.+))?"
)
_READ, _SEARCH = "r", "s"
_VERSION_1 = {"read": "rs", "write": "", "*": "rs"}
Query = dict[str, frozenset[str]]


class Grant(Enum):
    """How much of what a template asks for the token lets us see."""

    ALL = "all"
    PART = "part"
    NONE = "none"


class Scope(msgspec.Struct, frozen=True):
    """One scope that grants reading. ``only`` narrows it to resources that match a search."""

    type: str
    rights: str
    only: Query = {}


class Scopes(msgspec.Struct, frozen=True):
    """Everything that one token grants."""

    scopes: tuple[Scope, ...]

    def grant(self, template: str) -> Grant:
        """Whether ``template`` (a read or a search) lies inside, partly inside or outside."""
        kind, query = _asked(template)
        right = _SEARCH if "?" in template else _READ
        granted = [s.only for s in self.scopes if s.type in {kind, "*"} and right in s.rights]
        if not granted:
            return Grant.NONE
        overlaps = [_overlap(only, query) for only in _joined(granted)]
        return next((g for g in (Grant.ALL, Grant.PART) if g in overlaps), Grant.NONE)


def read_scopes(text: object) -> Scopes:
    """The scopes in a space-separated ``text``; none when it is missing or no text."""
    return Scopes(tuple(_scopes(text)) if isinstance(text, str) else ())


def _scopes(text: str) -> Iterator[Scope]:
    for word in text.split():
        found = _SCOPE.fullmatch(word)
        if found:
            rights = _VERSION_1.get(found["rights"], found["rights"])
            yield Scope(found["type"], rights, _query(found["query"] or ""))


def _asked(template: str) -> tuple[str, Query]:
    path, _, query = template.partition("?")
    return path.split("/", 1)[0], _query(query)


def _query(text: str) -> Query:
    """Values by parameter; codes without their system, because servers and templates differ in that."""
    return {
        name: frozenset(value.rpartition("|")[2] for value in values.split(","))
        for name, values in parse_qsl(text, keep_blank_values=True)
    }


def _joined(narrowed: list[Query]) -> list[Query]:
    """Scopes that differ in the values of their only parameter taken together as one."""
    joined: dict[str, frozenset[str]] = {}
    others: list[Query] = []
    for only in narrowed:
        if len(only) == 1:
            [(name, values)] = only.items()
            joined[name] = joined.get(name, frozenset()) | values
        else:
            others.append(only)
    return [*others, *({name: values} for name, values in joined.items())]


def _overlap(only: Query, asked: Query) -> Grant:
    """What a narrowed scope leaves of a search. A parameter that the search lacks leaves a part."""
    stated = {name: asked[name] for name in only if name in asked}
    if any(not stated[name] & only[name] for name in stated):
        return Grant.NONE
    whole = len(stated) == len(only) and all(stated[name] <= only[name] for name in stated)
    return Grant.ALL if whole else Grant.PART
