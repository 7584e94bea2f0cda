"""The cases of the sandbox show the whole knowledge: every cause, every flag, every limit.

Entry rule: only what the cases must show belongs here; whether they pass is tested in tests/spec.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import pytest

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.core.record import Measurement, Supplied
from cds_service.fhir.reading import read_patient
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.lint.usage import conditions_of
from cds_service.knowledge.terminology import Terminology
from tests.spec.cases import Case, Expect, read_cases
from tests.unit.knowledge.test_thresholds import PROVED, PROVED_FLAGS


Limit = tuple[str, str, Decimal]
# Claims of an article that trials do not bear out: a case shows that they stay unlikely.
NEVER_OFFERED = {"beta-blocker-ischaemia"}


def _wished(expect: Expect) -> set[str]:
    """Causes that a case expects to be at least possible."""
    causes = expect.differential
    first = (causes.first,) if isinstance(causes.first, str) else causes.first
    return {*causes.established, *causes.likely, *causes.possible_or_more, *first}


def test_every_cause_has_a_case(knowledge: Knowledge) -> None:
    """In which it is established, likely, possible or first."""
    shown = {cause for case in read_cases() for cause in _wished(case.file.expect)}
    refused = {
        cause
        for case in read_cases()
        for cause in (
            *case.file.expect.differential.absent,
            *case.file.expect.differential.not_likely,
        )
    }
    ranked = {cause.id for cause in knowledge.causes.values() if cause.role == "ranked"}
    assert ranked - NEVER_OFFERED - shown == set()
    assert NEVER_OFFERED - refused == set()


def test_every_red_flag_has_a_case_inside_and_one_outside(knowledge: Knowledge) -> None:
    """Raised at each of its urgencies (in a case, or by a test of its own), and not raised."""
    raised = {pair for case in read_cases() for pair in case.file.expect.red_flags.raised.items()}
    silent = {flag for case in read_cases() for flag in case.file.expect.red_flags.not_raised}
    wanted = {
        (flag.id, level.urgency.value)
        for flag in knowledge.red_flags.values()
        for level in flag.levels
    }
    assert wanted - raised - PROVED_FLAGS == set()
    assert set(knowledge.red_flags) - silent - {flag for flag, _ in PROVED_FLAGS} == set()


def test_every_interlock_has_a_case(knowledge: Knowledge) -> None:
    """In which the safety rule is on."""
    on = {lock for case in read_cases() for lock in case.file.expect.interlocks.active}
    assert set(knowledge.interlocks) - on == set()


def test_silence_is_shown_often() -> None:
    """At least thirty cases in which the right answer is silence or one modest suggestion."""
    quiet = [case for case in read_cases() if _is_quiet(case.file.expect)]
    assert len(read_cases()) >= 120
    assert len(quiet) >= 30


def _is_quiet(expect: Expect) -> bool:
    only = expect.workups.only
    few = only is not None and len(only) <= 1 and not expect.red_flags.raised
    return expect.cards.none or expect.gate == "closed" or few


def test_every_limit_is_shown_from_both_sides(knowledge: Knowledge) -> None:
    """By results in the cases, or by a test of its own (``PROVED``)."""
    measured = _measured_in_cases(knowledge)
    proved = {(analyte, relation, Decimal(limit)) for analyte, relation, limit in PROVED}
    missing = {limit for limit in _limits(knowledge) if not _both_sides(limit, measured)}
    assert missing - proved == set()


def test_no_limit_is_proved_that_is_not_there(knowledge: Knowledge) -> None:
    """A test for a limit that the knowledge no longer has is a test of nothing."""
    limits = {(a, relation, str(limit)) for a, relation, limit in _limits(knowledge)}
    assert PROVED - limits == set()


def _limits(knowledge: Knowledge) -> set[Limit]:
    found: set[Limit] = {
        (rule.analyte, relation.replace("_", "-"), Decimal(getattr(rule, relation)))
        for finding in knowledge.findings.values()
        for rule in finding.measured
        for relation in ("above", "at_least", "below", "at_most")
        if getattr(rule, relation)
    }
    for _, condition in conditions_of(knowledge):
        for node in condition.walk():
            if isinstance(node, c.Measured):
                found.add((node.analyte, node.relation, node.limit))
            elif isinstance(node, c.TimesLimit):
                found.add((node.analyte, "times", node.multiple))
    return found


Values = dict[tuple[str, str], set[Decimal]]


def _measured_in_cases(knowledge: Knowledge) -> Values:
    """Values, and multiples of the laboratory's limit, of all cases by analyte."""
    terminology, lexicon = Terminology.build(knowledge), Lexicon.build(knowledge)
    values: Values = defaultdict(set)
    for case in read_cases():
        for result in _results(case, knowledge, terminology, lexicon):
            decimals = knowledge.analytes[result.analyte].decimals
            values[result.analyte, "value"].add(round(result.value, decimals))
            if result.high:
                values[result.analyte, "times"].add(result.value / result.high)
    return values


def _results(
    case: Case, knowledge: Knowledge, terminology: Terminology, lexicon: Lexicon
) -> Iterable[Measurement]:
    resources = [entry["resource"] for entry in case.bundle["entry"]]
    patient = next((r["id"] for r in resources if r["resourceType"] == "Patient"), "")
    record = read_patient(
        [Supplied("any", resource) for resource in resources],
        patient_id=patient,
        encounter_id="",
        as_of=datetime.fromisoformat(case.file.as_of),
        knowledge=knowledge,
        terminology=terminology,
        lexicon=lexicon,
    )
    return record.measurements


def _both_sides(limit: Limit, measured: Values) -> bool:
    analyte, relation, value = limit
    found = measured.get((analyte, "times" if relation == "times" else "value"), set())
    below = {x for x in found if x < value or (x == value and relation not in _FROM)}
    return bool(below) and bool(found - below)


# Relations for which the limit itself lies on the upper side.
_FROM = frozenset({"at-least", "below"})


@pytest.mark.parametrize(
    ("limit", "values", "both"),
    [
        (("x", "at-least", Decimal(5)), {4, 5}, True),
        (("x", "at-least", Decimal(5)), {5, 6}, False),
        (("x", "above", Decimal(5)), {5, 6}, True),
        (("x", "above", Decimal(5)), {4, 5}, False),
    ],
)
def test_the_limit_itself_belongs_to_one_side(limit: Limit, values: set[int], both: bool) -> None:
    """The comparison that the test above relies on."""
    assert _both_sides(limit, {("x", "value"): {Decimal(v) for v in values}}) is both
