"""CodeableConcepts of all shapes: objects, lists, plain strings (STU3), CodeableReferences (R5)."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any, cast

import msgspec

from cds_service.fhir.access import Json, ReadingError


# Concepts without free text are made once and shared by all requests, up to a limit.
_SHARED = 8192
_LONGEST_SHARED = 200


class Code(msgspec.Struct, frozen=True):
    """One coding. Members that are missing are empty."""

    system: str
    code: str
    display: str


class Concept(msgspec.Struct, frozen=True, cache_hash=True, dict=True):
    """A concept as sent: its codings and its text."""

    codings: tuple[Code, ...] = ()
    text: str = ""

    @cached_property
    def has_free_text(self) -> bool:
        """The text is no display name of a code, or too long for one: it may be a patient's."""
        names = [c.display for c in self.codings]
        longest = max(map(len, names), default=0)
        return longest > _LONGEST_SHARED or (bool(self.text) and self.text not in names)

    @cached_property
    def label(self) -> str:
        """The words by which people recognise it: the text, else the first display."""
        return self.text or next((c.display for c in self.codings if c.display), "")

    @property
    def empty(self) -> bool:
        """Neither a code nor words."""
        return not self.codings and not self.text

    def words(self) -> tuple[str, ...]:
        """Lower-case codes, displays and text, for statuses and yes/no values."""
        return self._words

    @cached_property
    def _words(self) -> tuple[str, ...]:
        found = [w for c in self.codings for w in (c.code, c.display)]
        return tuple(word.strip().lower() for word in (*found, self.text) if word)


EMPTY = Concept()


def concept_of(resource: Json, member: str) -> Concept:
    """The concept of a member; empty when missing.

    Raises:
        ReadingError: It has a shape that is no concept.
    """
    value = resource.get(member)
    if isinstance(value, dict):
        return _shared(value) or _concept(value, member)
    found = concepts_of(resource, member)
    return found[0] if found else EMPTY


def concepts_of(resource: Json, member: str) -> list[Concept]:
    """The concepts of a member, whether it repeats or not.

    Raises:
        ReadingError: It has a shape that is no concept.
    """
    value = resource.get(member)
    if value is None:
        return []
    if not isinstance(value, list):
        return [_shared(value) or _concept(value, member)]
    return [_shared(each) or _concept(each, member) for each in value if each is not None]


def _shared(value: Any) -> Concept | None:
    """The one value for a concept of one coding, and no other text than its display.

    None for every other shape, well made or not: ``_concept`` reads those.
    """
    try:
        (coding,) = value["coding"]
        system, code, display = coding.get("system"), coding.get("code"), coding.get("display")
        text = value.get("text")
        if (text is not None and text != display) or "concept" in value:
            return None
        if len(system) + len(code) + len(display or "") > _LONGEST_SHARED:
            return None
        return _of_one_code(system, code, display, text)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


@lru_cache(maxsize=_SHARED)
def _of_one_code(system: Any, code: Any, display: Any, text: Any) -> Concept | None:
    parts = (system, code, "" if display is None else display, "" if text is None else text)
    if not all(isinstance(part, str) for part in parts):
        return None
    return Concept((Code(*parts[:3]),), parts[3])


def _concept(value: object, member: str) -> Concept:
    if isinstance(value, str):
        return Concept((), value.strip())
    if not isinstance(value, dict):
        raise ReadingError(f"{member}: expected a concept")
    written = cast("Json", value)
    inner = written.get("concept")
    if inner is not None:
        return _concept(inner, member)
    codings = written.get("coding")
    text = _text(written, member)
    if codings is None:
        return Concept((_code(written, member),) if "code" in written else (), text)
    if isinstance(codings, dict):
        codings = [codings]
    if not isinstance(codings, list):
        raise ReadingError(f"{member}.coding: expected a list")
    return Concept(tuple([_code(c, member) for c in codings if c is not None]), text)


def _code(value: object, member: str) -> Code:
    if not isinstance(value, dict):
        raise ReadingError(f"{member}.coding: expected objects")
    system, code, display = value.get("system"), value.get("code"), value.get("display")
    for part in (system, code, display):
        if part is not None and not isinstance(part, str):
            raise ReadingError(f"{member}.coding: expected text in system, code and display")
    return Code(system or "", code or "", display or "")


def _text(written: Json, member: str) -> str:
    value = written.get("text")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReadingError(f"{member}.text: expected text")
    return value
