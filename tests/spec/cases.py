"""The sandbox cases as typed values: one folder of ``fixtures/cases`` is one case.

The shape below is the contract of ``case.yaml`` (explained in fixtures/README.md); a key that is
not written here is refused, so that a misspelt expectation cannot pass unnoticed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import orjson

from cds_service.knowledge.files import read_yaml


FOLDER = Path(__file__).parents[2] / "fixtures" / "cases"
# Inside a list of work-ups: one id, or a list of ids of which one suffices.
OneOf = str | tuple[str, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of everything written in a case file."""


class ExpectedFindings(Part, frozen=True, kw_only=True):
    """``unknown`` means: listed neither as present nor as absent."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class ExpectedFlags(Part, frozen=True, kw_only=True):
    """Red flags with their urgency, and those that must not be raised at any urgency."""

    raised: dict[str, str] = {}
    not_raised: tuple[str, ...] = ()


class ExpectedDifferential(Part, frozen=True, kw_only=True):
    """Causes by standing.

    ``likely`` accepts established too; ``absent`` means not offered: left out of the list, or only
    there as unlikely or not assessable. ``first`` lists acceptable causes of rank one.
    """

    established: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    possible_or_more: tuple[str, ...] = ()
    first: OneOf = ()
    not_likely: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class ExpectedCriterion(Part, frozen=True, kw_only=True):
    """Points already known, points still reachable, and the result."""

    low: int | None = None
    high: int | None = None
    result: str = ""


class ExpectedWorkups(Part, frozen=True, kw_only=True):
    """``only``: exactly these are suggested; the link to the intake questionnaire does not count."""

    suggested: tuple[OneOf, ...] = ()
    already_done: tuple[str, ...] = ()
    already_ordered: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    not_suggested: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None


class ExpectedInterlocks(Part, frozen=True, kw_only=True):
    """Safety interlocks that must be on, and that must be off."""

    active: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()


class ExpectedCards(Part, frozen=True, kw_only=True):
    """What the clinician sees. Words are compared without regard to capitals."""

    count: int | None = None
    at_most: int | None = None
    none: bool = False
    indicators: tuple[str, ...] = ()
    no_indicators: tuple[str, ...] = ()
    summary_mentions: tuple[str, ...] = ()
    never_mentions: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class ExpectedOrders(Part, frozen=True, kw_only=True):
    """Remarks on drafted orders: by reference, the checks that speak; references without remark."""

    said: dict[str, tuple[str, ...]] = {}
    silent: tuple[str, ...] = ()


class Expect(Part, frozen=True, kw_only=True):
    """What the service should answer. Everything left out may be answered either way."""

    findings: ExpectedFindings = ExpectedFindings()
    gate: str = ""
    red_flags: ExpectedFlags = ExpectedFlags()
    differential: ExpectedDifferential = ExpectedDifferential()
    criteria: dict[str, ExpectedCriterion] = {}
    workups: ExpectedWorkups = ExpectedWorkups()
    interlocks: ExpectedInterlocks = ExpectedInterlocks()
    cards: ExpectedCards = ExpectedCards()
    orders: ExpectedOrders = ExpectedOrders()
    skipped: tuple[str, ...] = ()


class CaseFile(Part, frozen=True, kw_only=True):
    """One ``case.yaml``."""

    title: str
    story: str
    teaches: str
    as_of: str
    service: str
    tags: tuple[str, ...]
    expect: Expect
    user: str = "Practitioner/example"
    hook: str = "patient-view"


class Case(msgspec.Struct, frozen=True):
    """A case with its patient bundle, as bytes so that nobody can change it for the next test."""

    slug: str
    file: CaseFile
    raw_bundle: bytes
    raw_context: bytes = b""

    @property
    def bundle(self) -> dict[str, Any]:
        """A fresh copy of the FHIR R4 Bundle (type collection)."""
        bundle: dict[str, Any] = orjson.loads(self.raw_bundle)
        return bundle

    @property
    def context(self) -> dict[str, Any]:
        """A fresh copy of what the hook brings beside user, patient and encounter."""
        context: dict[str, Any] = orjson.loads(self.raw_context or b"{}")
        return context


def read_case(folder: Path) -> Case:
    """One case.

    Raises:
        ValueError: ``case.yaml`` has an unknown key or a value of the wrong kind; names the file.
    """
    content = read_yaml(folder / "case.yaml")
    try:
        file = msgspec.convert(content, CaseFile)
    except msgspec.ValidationError as problem:
        raise ValueError(f"{folder.name}/case.yaml: {problem}") from problem
    extra = folder / "context.json"
    context = extra.read_bytes() if extra.is_file() else b""
    return Case(folder.name, file, (folder / "bundle.json").read_bytes(), context)


@cache
def read_cases() -> tuple[Case, ...]:
    """All cases, in order of their names."""
    return tuple(read_case(path.parent) for path in sorted(FOLDER.glob("*/case.yaml")))
