"""What can be found in a record: findings, laboratory quantities, drugs."""

from __future__ import annotations

from enum import Enum

import msgspec

from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Coding, Period


class Gate(Enum):
    """Whether a finding opens the gate to the differential."""

    YES = "yes"
    LEG_SITE = "leg-site"
    NO = "no"


class Phrase(Entry, frozen=True, kw_only=True):
    """Words in free text that state a finding.

    ``words`` may end in ``*`` to match any ending of the last word. ``needs: leg`` asks for a
    lower limb in the same sentence or else in the same text.
    """

    words: str
    needs: str = ""


class MeasuredRule(Entry, frozen=True, kw_only=True):
    """How a result decides a finding. Exactly one way of deciding is given.

    ``above``, ``at-least``, ``below``, ``at-most`` compare with a sourced limit in the analyte's
    unit; two of them make a band. ``range: low|high`` uses the laboratory's own range or flag;
    ``times-limit`` is a multiple of the laboratory's upper limit. Otherwise the finding is absent
    when the result is known, unless ``else-unknown``. ``limit-in``: the source's limit in another unit, for
    results that came in it (6 mg/dL is not exactly 360 umol/L). ``absent-above``: absent only beyond this
    value, unknown between. ``both-legs``: present only when both legs
    were measured. ``age-adjusted``: over 50 years the limit is age x 10 where that is higher.
    """

    analyte: str
    above: str = ""
    at_least: str = ""
    below: str = ""
    at_most: str = ""
    range: str = ""
    times_limit: str = ""
    age_adjusted: bool = False
    sex: str = ""
    else_unknown: bool = False
    absent_above: str = ""
    limit_in: dict[str, str] = msgspec.field(default_factory=dict)
    both_legs: bool = False
    source: str


class AnswerRule(Entry, frozen=True, kw_only=True):
    """A coded question whose coded answers state a finding (tobacco status, for example)."""

    question: Coding
    present: tuple[Coding, ...] = ()
    absent: tuple[Coding, ...] = ()
    present_text: tuple[str, ...] = ()
    absent_text: tuple[str, ...] = ()


class FindingDefinition(Entry, frozen=True, kw_only=True):
    """One finding of the public vocabulary and every way to recognise it.

    Attributes:
        kind: symptom, sign, history, exposure-drug, lab, test-result ... as in the vocabulary.
        gate: Whether it opens the gate.
        window: How long a statement counts as evidence; default by kind.
        codes: Standard codes; ICD-10-CM codes match by prefix. ``needs_site`` codes count only
            with a lower-limb site.
        valuesets: Names of code lists in content/terminology.
        phrases: Words in free text.
        measured: Results that decide it.
        implies: Findings that are present whenever this one is.
        past_counts: A resolved condition still states it (previous thrombosis).
        family: Statement is about relatives (read from FamilyMemberHistory).
        drugs: Ids of drug classes that state it.
        causes: Ids of causes whose recorded diagnosis states it.
        age_at_least: Decided by age.
    """

    id: str
    label: str
    kind: str
    gate: Gate = Gate.NO
    window: Period | None = None
    codes: tuple[Coding, ...] = ()
    codes_needing_leg: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    measured: tuple[MeasuredRule, ...] = ()
    answers: tuple[AnswerRule, ...] = ()
    implies: tuple[str, ...] = ()
    past_counts: bool = False
    family: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    age_at_least: int | None = None
    note: str = ""


class Unit(Entry, frozen=True, kw_only=True):
    """A unit in which results arrive, and its factor to the analyte's unit."""

    unit: str
    factor: str = "1"
    offset: str = "0"


class Ratio(Entry, frozen=True, kw_only=True):
    """A quantity that follows from two others measured on one day: a / b x factor."""

    of: str
    to: str
    factor: str = "1"


class Analyte(Entry, frozen=True, kw_only=True):
    """One quantity that laboratories or bedside devices report.

    ``value * factor + offset`` gives the value in ``unit``. A unit that is not listed makes a
    result unusable: it is reported, never guessed.
    """

    id: str
    label: str
    unit: str
    units: tuple[Unit, ...] = ()
    codes: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    window: Period
    decimals: int = 2
    deciding: str = "newest"
    ratio: Ratio | None = None
    unitless: bool = False
    source: str = "house"
    note: str = ""


class Drug(Entry, frozen=True, kw_only=True):
    """A class of drugs and how its members are recognised.

    Attributes:
        finding: The exposure finding that it states.
        names: Ingredients and brands, matched as whole words in text or display.
        never: Words that look like members and are not ("betaxolol" for "taxol").
        window: How long after stopping it still counts; default 30 days.
    """

    id: str
    label: str
    finding: str
    atc: tuple[str, ...] = ()
    codes: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    window: Period = Period(days=30)
    note: str = ""
