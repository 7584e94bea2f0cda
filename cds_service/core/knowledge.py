"""The shapes of clinical knowledge: findings, causes, evidence, work-ups, red flags, advice.

These structures are what the knowledge files decode into (keys in files are kebab-case) and
what the reasoning reads. They hold meaning, not behaviour.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import TypeVar

import msgspec

from cds_service.core.conditions import Condition
from cds_service.core.values import Category, Coding, Period, Priority, Strength, Urgency


class Entry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """Base of everything that is written in a knowledge file."""


class Trust(Enum):
    """How far a source may be relied on; only high and medium may stand on cards."""

    HIGH = "high"
    MEDIUM = "medium"
    MIXED = "mixed"
    LOW = "low"
    MEMORY = "memory"
    SEED = "seed"
    HOUSE = "house"


class Source(Entry, kw_only=True):
    """One article, guideline or paper. Referred to by ``id`` (S0-S4, PAD-01, LR-PAD-01, house)."""

    id: str
    title: str
    publisher: str = ""
    year: str = ""
    url: str = ""
    trust: Trust
    says: str = ""
    licence: str = ""


class Gate(Enum):
    """Whether a finding opens the gate to the differential."""

    YES = "yes"
    LEG_SITE = "leg-site"
    NO = "no"


class Phrase(Entry, kw_only=True):
    """Words in free text that state a finding.

    ``words`` may end in ``*`` to match any ending of the last word. ``needs: leg`` asks for a
    lower limb in the same sentence or else in the same text.
    """

    words: str
    needs: str = ""


class MeasuredRule(Entry, kw_only=True):
    """How a result decides a finding. Exactly one way of deciding is given.

    ``above``, ``at-least``, ``below``, ``at-most`` compare with a sourced limit in the analyte's
    unit; two of them make a band. ``range: low|high`` uses the laboratory's own range or flag;
    ``times-limit`` is a multiple of the laboratory's upper limit. Otherwise the finding is absent
    when the result is known, unless ``else-unknown``. ``both-legs``: present only when both legs
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
    both_legs: bool = False
    source: str


class AnswerRule(Entry, kw_only=True):
    """A coded question whose coded answers state a finding (tobacco status, for example)."""

    question: Coding
    present: tuple[Coding, ...] = ()
    absent: tuple[Coding, ...] = ()
    present_text: tuple[str, ...] = ()
    absent_text: tuple[str, ...] = ()


class FindingDefinition(Entry, kw_only=True):
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


class Unit(Entry, kw_only=True):
    """A unit in which results arrive, and its factor to the analyte's unit."""

    unit: str
    factor: str = "1"
    offset: str = "0"


class Analyte(Entry, kw_only=True):
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
    unitless: bool = False
    source: str = "house"
    note: str = ""


class Drug(Entry, kw_only=True):
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


class Link(Entry, kw_only=True, dict=True):
    """One piece of evidence for or against a cause.

    Give ``lr`` (published likelihood ratio) or ``weight``; ``lr-absent`` or ``weight-absent`` say
    what the absence of the finding means (nothing, when neither is given). ``against`` turns the
    direction of ``weight``. Links with the same ``group`` say the same thing: only the strongest
    counts. ``when`` replaces a single finding by a condition and then needs ``label``.
    """

    finding: str = ""
    when: Condition | None = None
    label: str = ""
    lr: str = ""
    lr_absent: str = ""
    weight: str = ""
    weight_absent: str = ""
    against: bool = False
    group: str = ""
    sources: tuple[str, ...]
    quote: str = ""
    note: str = ""

    @cached_property
    def present_points(self) -> float:
        """Points for (positive) or against (negative) the cause when the finding is there."""
        return _points(self.lr, self.weight, against=self.against)

    @cached_property
    def absent_points(self) -> float:
        """Points when the finding is known to be absent; 0 when its absence says nothing."""
        return _points(self.lr_absent, self.weight_absent, against=not self.against)


def _points(ratio: str, weight: str, *, against: bool) -> float:
    if ratio:
        return round(float(Decimal(ratio).log10() * 10), 1)
    if not weight:
        return 0.0
    strength = float(Strength[weight.upper()])
    return -strength if against else strength


class Recognition(Entry, kw_only=True):
    """How a recorded diagnosis of a cause is recognised."""

    codes: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class Cause(Entry, kw_only=True):
    """A condition, risk condition or external factor that may explain the complaint.

    Attributes:
        label: As written on cards, lower case.
        question: The clinical question (card topic) under which it is discussed.
        kind: emergency, urgent, routine or benign.
        role: "ranked", or "explains" for umbrella terms and mechanisms (never ranked).
        prior: common, uncommon or rare: what the ranking starts from (house rule).
        recognised: Codes and words of a recorded diagnosis. ``symptomatic``: such a diagnosis as
            the reason of a current encounter is itself a leg complaint (sciatica, claudication).
        requires: The hallmark. False makes the cause unlikely; undetermined keeps it below likely.
        criterion: Named criteria set: met makes it likely, not met unlikely.
        likely_when: Pattern that makes it likely whatever the points.
        excluded_when: Pattern that makes it unlikely whatever the points.
        considered_when: Only then is the cause in the differential at all (default: any evidence).
        broader: Causes that this one is a special case of.
    """

    id: str
    label: str
    question: str
    kind: str = "routine"
    role: str = "ranked"
    prior: str = "common"
    recognised: Recognition = Recognition()
    symptomatic: bool = False
    requires: Condition | None = None
    criterion: str = ""
    likely_when: Condition | None = None
    excluded_when: Condition | None = None
    considered_when: Condition | None = None
    broader: tuple[str, ...] = ()
    evidence: tuple[Link, ...] = ()
    explanation: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""


class Item(Entry, kw_only=True):
    """One item of a criteria set: a finding or a condition, with its points."""

    finding: str = ""
    when: Condition | None = None
    label: str = ""
    points: int = 1


class CriteriaSet(Entry, kw_only=True):
    """A published rule with a name (Wells, IRLSSG, CLTI).

    ``met-at`` points make it met. It is evaluated only when ``applies-when`` holds.
    """

    id: str
    label: str
    items: tuple[Item, ...]
    met_at: int
    applies_when: Condition | None = None
    sources: tuple[str, ...]
    note: str = ""


class Indication(Entry, kw_only=True):
    """A reason to suggest a work-up.

    ``because`` is what the card says about it: a short clause, without the name of the test.
    ``line: 2`` is suggested only when no first-line work-up for the same causes is still open.
    ``repeat-when-done``: a valid earlier result does not count as done (a fresh one is needed).
    An indication whose causes are all established is dropped, unless ``for-established``.
    """

    id: str
    workup: str
    when: Condition
    causes: tuple[str, ...] = ()
    priority: Priority = Priority.ROUTINE
    line: int = 1
    because: str
    sources: tuple[str, ...]
    repeat_when_done: bool = False
    for_established: bool = False
    note: str = ""


class Withholding(Entry, kw_only=True):
    """A reason not to suggest a work-up although it is indicated. ``instead`` names another."""

    id: str
    workup: str
    when: Condition
    interlock: str = ""
    instead: str = ""
    because: str
    sources: tuple[str, ...]


_OfWorkup = TypeVar("_OfWorkup", Indication, Withholding)


class Workup(Entry, kw_only=True):
    """Something that may be suggested: a test, an examination, a referral, a review.

    Attributes:
        kind: laboratory, imaging, vascular-test, examination, referral, action or link.
        order: Synonymous codes of one test, first is primary. With only our own code the
            work-up stays text in the card.
        results: Codes of results and procedures that mean it was done, beside ``order``.
        analytes: Analytes whose result means it was done.
        phrases: Words that recognise it in local names.
        valid_for: How long a result counts.
        renewed_by: Findings whose newer appearance makes an older result stale.
        covers: Work-ups that a result or order of this one includes (a panel and its parts).
        decides: What the result will decide; one sentence on the card.
    """

    id: str
    label: str
    kind: str
    order: tuple[Coding, ...]
    results: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    analytes: tuple[str, ...] = ()
    all_analytes: bool = False
    phrases: tuple[str, ...] = ()
    valid_for: Period
    valid_for_source: str = "house"
    renewed_by: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    decides: str = ""
    note: str = ""


class FlagLevel(Entry, kw_only=True):
    """One urgency of a red flag and what raises it. Conditions never use ``not`` or ``unknown``."""

    urgency: Urgency
    when: Condition


class RedFlag(Entry, kw_only=True):
    """A pattern that cannot wait. Arguments against it never lower it.

    Attributes:
        levels: Most urgent first; the first that holds counts.
        stands_alone: Opens the gate without a leg complaint.
        answered_by: Work-ups whose order or newer result answers it.
        workups: What its card suggests (emergency-assessment is replaced by the deciding test
            when the patient is already in an emergency or inpatient encounter).
        summary: What the card says first; under 100 characters.
        detail: What to do and not to do, in one or two sentences.
    """

    id: str
    label: str
    levels: tuple[FlagLevel, ...]
    suspected: tuple[str, ...]
    stands_alone: bool = False
    answered_by: tuple[str, ...] = ()
    workups: tuple[str, ...] = ()
    summary: str
    detail: str = ""
    sources: tuple[str, ...]
    seed_flags: tuple[str, ...] = ()
    note: str = ""


class Interlock(Entry, kw_only=True):
    """A safety rule that withholds or turns round advice, tests or treatments."""

    id: str
    label: str
    when: Condition
    says: str
    sources: tuple[str, ...]
    note: str = ""


class Advice(Entry, kw_only=True):
    """Self-care or treatment information shown in a card's detail.

    ``when`` must hold (default: one of ``causes`` is at least possible). An interlock in
    ``withheld-by`` that is active removes it; ``instead`` is then said in its place, if given.
    ``caution`` marks advice that is itself a warning about a treatment.
    """

    id: str
    label: str
    causes: tuple[str, ...]
    when: Condition | None = None
    at_least: Category = Category.LIKELY
    text: str
    withheld_by: tuple[str, ...] = ()
    instead: str = ""
    caution: bool = False
    sources: tuple[str, ...]
    seed_treatments: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""


class Question(Entry, kw_only=True):
    """A clinical question: one card answers it. ``id`` is alphanumeric (topic code, SRC-04)."""

    id: str
    label: str
    rank: int
    note: str = ""


class Side(Entry, kw_only=True):
    """One side of a conflict, with the words behind it."""

    position: str
    source: str
    quotes: tuple[str, ...] = ()


class Conflict(Entry, kw_only=True):
    """A disagreement between sources, what the service does, and why."""

    id: str
    title: str
    safety_impact: str
    sides: tuple[Side, ...]
    guideline: str = ""
    resolution: str
    implemented_by: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    case: str = ""


class Predisposition(Entry, kw_only=True):
    """One condition, finding or drug that makes another likelier (relations of the inventory)."""

    id: str
    from_: str = msgspec.field(name="from")
    to: str
    type: str
    text: str
    sources: tuple[str, ...]
    implemented_by: str = ""


class UnansweredResult(Entry, kw_only=True):
    """Abnormal leg results that open the gate until one of these work-ups followed."""

    findings: tuple[str, ...]
    answered_by: tuple[str, ...]


class Scale(Entry, kw_only=True):
    """House rules of the ranking: what points make which category. See content/scale.yaml."""

    likely_at: float
    possible_at: float
    priors: dict[str, float]
    windows: dict[str, Period]
    current: dict[str, Period]
    results_act_within: Period
    unanswered_results: tuple[UnansweredResult, ...] = ()
    clarify_sources: tuple[str, ...] = ()
    sources: tuple[str, ...]


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All clinical knowledge, loaded once, checked and indexed by id.

    The indexes below are made once, after loading, so that a request only touches what its
    findings bear on.
    """

    version: str
    scale: Scale
    sources: dict[str, Source]
    findings: dict[str, FindingDefinition]
    analytes: dict[str, Analyte]
    drugs: dict[str, Drug]
    causes: dict[str, Cause]
    criteria: dict[str, CriteriaSet]
    workups: dict[str, Workup]
    indications: dict[str, Indication]
    withholdings: dict[str, Withholding]
    red_flags: dict[str, RedFlag]
    interlocks: dict[str, Interlock]
    advice: dict[str, Advice]
    questions: dict[str, Question]
    conflicts: dict[str, Conflict]
    predispositions: dict[str, Predisposition]

    @cached_property
    def findings_of_diagnosis(self) -> dict[str, tuple[str, ...]]:
        """Findings that a recorded diagnosis of a cause states."""
        index: dict[str, list[str]] = {}
        for finding in self.findings.values():
            for cause in finding.causes:
                index.setdefault(cause, []).append(finding.id)
        return {cause: tuple(ids) for cause, ids in index.items()}

    @cached_property
    def findings_of_age(self) -> tuple[FindingDefinition, ...]:
        """Findings that age decides."""
        return tuple(f for f in self.findings.values() if f.age_at_least is not None)

    @cached_property
    def rules_of_analyte(self) -> dict[str, tuple[tuple[FindingDefinition, MeasuredRule], ...]]:
        """Findings that a result of an analyte decides, with the rule."""
        index: dict[str, list[tuple[FindingDefinition, MeasuredRule]]] = {}
        for finding in self.findings.values():
            for rule in finding.measured:
                index.setdefault(rule.analyte, []).append((finding, rule))
        return {analyte: tuple(rules) for analyte, rules in index.items()}

    @cached_property
    def _implications(self) -> dict[str, tuple[str, ...]]:
        index: dict[str, tuple[str, ...]] = {}
        for finding in self.findings:
            reached: dict[str, None] = {}
            open_ids = [finding]
            while open_ids:
                for implied in self.findings[open_ids.pop()].implies:
                    if implied != finding and implied not in reached:
                        reached[implied] = None
                        open_ids.append(implied)
            if reached:
                index[finding] = tuple(reached)
        return index

    def implied(self, finding: str) -> tuple[str, ...]:
        """Findings that are present whenever this one is."""
        return self._implications.get(finding, ())

    @cached_property
    def causes_of_finding(self) -> dict[str, tuple[str, ...]]:
        """Ranked causes whose evidence mentions a finding."""
        index: dict[str, dict[str, None]] = {}
        for cause in self.causes.values():
            if cause.role == "ranked":
                for finding in evidence_findings(cause):
                    index.setdefault(finding, {})[cause.id] = None
        return {finding: tuple(causes) for finding, causes in index.items()}

    @cached_property
    def order_of_causes(self) -> dict[str, int]:
        """Order of assessment: special cases before the broader causes that they belong to."""
        depth = {cause: 0 for cause in self.causes}
        for _ in range(4):
            for cause in self.causes.values():
                for broader in cause.broader:
                    if broader in depth:
                        depth[broader] = max(depth[broader], depth[cause.id] + 1)
        ordered = sorted(depth, key=lambda cause: (depth[cause], cause))
        return {cause: position for position, cause in enumerate(ordered)}

    @cached_property
    def indications_of_workup(self) -> dict[str, tuple[Indication, ...]]:
        """Indications by work-up."""
        return _grouped(self.indications.values())

    @cached_property
    def withholdings_of_workup(self) -> dict[str, tuple[Withholding, ...]]:
        """Withholdings by work-up."""
        return _grouped(self.withholdings.values())

    @cached_property
    def covered_by(self) -> dict[str, tuple[str, ...]]:
        """For each work-up, the larger ones whose result or order includes it."""
        index: dict[str, list[str]] = {}
        for workup in self.workups.values():
            for part in workup.covers:
                index.setdefault(part, []).append(workup.id)
        return {part: tuple(wholes) for part, wholes in index.items()}


def evidence_findings(cause: Cause) -> frozenset[str]:
    """Every finding that bears on a cause through its evidence links."""
    direct = {link.finding for link in cause.evidence if link.finding}
    composed = {
        finding for link in cause.evidence if link.when is not None for finding in link.when.findings()
    }
    return frozenset(direct | composed)


def _grouped(entries: Iterable[_OfWorkup]) -> dict[str, tuple[_OfWorkup, ...]]:
    index: dict[str, list[_OfWorkup]] = {}
    for entry in entries:
        index.setdefault(entry.workup, []).append(entry)
    return {workup: tuple(found) for workup, found in index.items()}
