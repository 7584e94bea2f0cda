"""From what the record says to three-valued findings.

Rules (design, section 1): only an explicit statement makes a finding absent; what is out of its
window is not evidence; the newer statement wins, on the same date a definite one before words in
free text, then present before absent. Drugs count while current or within their window after
stopping; resolved conditions are history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from cds_service.core.knowledge import FindingDefinition, Knowledge
from cds_service.core.measurements import Results
from cds_service.core.record import Channel, PatientRecord, Statement, Subject
from cds_service.core.values import Status


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_DAY = 86400.0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one finding.

    Attributes:
        date: Newest statement that decided it; None when undated.
        since: Earliest time it is known to have been present, without a denial in between.
        latest: Newest beginning on record; for events of the past, when it last happened.
        onset: When it began, where a resource says so; None otherwise.
        current: Present now, by the window of the channel it arrived through.
        stated: False when it follows from another finding or a result.
        leg_site: The record itself places it in a lower limb.
        sources: Every resource that says so, the deciding one first; then those that disagree.
    """

    id: str
    status: Status
    date: datetime | None = None
    since: datetime | None = None
    latest: datetime | None = None
    onset: datetime | None = None
    current: bool = False
    definite: bool = True
    stated: bool = True
    provisional: bool = False
    leg_site: bool = False
    sources: tuple[str, ...] = ()
    disagreeing: tuple[str, ...] = ()
    how: str = ""
    value: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that is on record as a diagnosis.

    ``active`` is False for one that is over. ``complaint`` is True when it is the reason of a
    current encounter or stands in this request's own context.
    """

    cause: str
    active: bool
    date: datetime | None = None
    since: datetime | None = None
    complaint: bool = False
    sources: tuple[str, ...] = ()
    how: str = ""


class Timeline:
    """The instant of reasoning and the windows that count from it."""

    def __init__(self, knowledge: Knowledge, as_of: datetime) -> None:
        self.as_of = as_of
        self._current = {name: period.in_days for name, period in knowledge.scale.current.items()}
        self._windows = {name: period.in_days for name, period in knowledge.scale.windows.items()}

    def days_since(self, moment: datetime | None) -> float | None:
        """Days from ``moment`` to now; None when undated."""
        return None if moment is None else (self.as_of - moment).total_seconds() / _DAY

    def window(self, definition: FindingDefinition) -> float:
        """Days for which a statement of this finding is evidence."""
        if definition.window is not None:
            return definition.window.in_days
        return self._windows.get(definition.kind, 365.0)

    def is_current(self, statement: Statement) -> bool:
        """The statement speaks of now (design, section 2)."""
        if statement.ended:
            return False
        channel = statement.channel
        if channel is Channel.CONTEXT or statement.open_encounter:
            return True
        if channel in _LASTING:
            return True
        days = self.days_since(_latest(statement.date, statement.onset))
        if days is None:
            return channel is Channel.CONDITION
        return days <= self._current.get(_WINDOW_NAMES.get(channel, "observation"), 30.0)

    def is_evidence(self, statement: Statement, definition: FindingDefinition) -> bool:
        """The statement is young enough, or says something that does not age."""
        if (
            statement.ended
            and not definition.past_counts
            and statement.channel is not Channel.MEDICATION
        ):
            return False
        window = self.window(definition)
        if window == float("inf"):
            return True
        if statement.channel is Channel.MEDICATION:
            return self._drug_is_evidence(statement, window)
        if statement.channel in _LASTING or statement.channel is Channel.CONTEXT:
            return True
        days = self.days_since(_latest(statement.date, statement.onset))
        return days is None or days <= window

    def _drug_is_evidence(self, statement: Statement, window: float) -> bool:
        if not statement.ended and statement.end is None:
            return True
        stopped = self.days_since(statement.end or statement.date)
        return stopped is not None and stopped <= window


_LASTING = frozenset({Channel.MEDICATION, Channel.DEMOGRAPHIC, Channel.FAMILY_HISTORY})
_DERIVED = frozenset({Channel.MEASUREMENT, Channel.DEMOGRAPHIC})
_WINDOW_NAMES = {
    Channel.ENCOUNTER: "encounter",
    Channel.QUESTIONNAIRE: "questionnaire",
    Channel.CONDITION: "condition",
    Channel.ORDER: "order",
}


def derive_findings(
    record: PatientRecord, knowledge: Knowledge, timeline: Timeline, results: Results
) -> dict[str, Finding]:
    """Every finding that is present or absent; what is missing from the answer is unknown."""
    grouped = _statements_by_finding(record, knowledge)
    for definition, statement in results.statements(knowledge, record):
        grouped.setdefault(definition.id, []).append(statement)
    if record.age is not None:
        _add_ages(grouped, knowledge, record)
    findings: dict[str, Finding] = {}
    for target, statements in grouped.items():
        finding = _decide(knowledge.findings[target], statements, timeline)
        if finding is not None:
            findings[target] = finding
    _add_implied(findings, knowledge)
    return findings


def derive_diagnoses(
    record: PatientRecord, knowledge: Knowledge, timeline: Timeline
) -> dict[str, Diagnosis]:
    """Causes with a recorded diagnosis, active or past."""
    grouped: dict[str, list[Statement]] = {}
    for statement in record.statements:
        if statement.about is Subject.CAUSE and statement.target in knowledge.causes:
            grouped.setdefault(statement.target, []).append(statement)
    diagnoses: dict[str, Diagnosis] = {}
    for cause, statements in grouped.items():
        diagnosis = _diagnosis(cause, statements, timeline)
        if diagnosis is not None:
            diagnoses[cause] = diagnosis
    return diagnoses


def _diagnosis(cause: str, statements: list[Statement], timeline: Timeline) -> Diagnosis | None:
    newest = max(statements, key=_precedence)
    if newest.status is Status.ABSENT:
        return None
    present = [s for s in statements if s.status is Status.PRESENT]
    active = [s for s in present if not s.ended]
    speaking = active or present
    return Diagnosis(
        cause=cause,
        active=bool(active),
        date=newest.date,
        since=_earliest(speaking),
        complaint=any(
            s.channel in {Channel.ENCOUNTER, Channel.CONTEXT} and timeline.is_current(s)
            for s in active
        ),
        sources=tuple(
            dict.fromkeys(s.source for s in sorted(speaking, key=_precedence, reverse=True))
        ),
        how=newest.how,
    )


def _statements_by_finding(
    record: PatientRecord, knowledge: Knowledge
) -> dict[str, list[Statement]]:
    grouped: dict[str, list[Statement]] = {}
    for statement in record.statements:
        if statement.about is Subject.FINDING:
            if statement.target in knowledge.findings:
                grouped.setdefault(statement.target, []).append(statement)
        else:
            for finding in knowledge.findings_of_diagnosis.get(statement.target, ()):
                grouped.setdefault(finding, []).append(statement)
    return grouped


def _add_ages(
    grouped: dict[str, list[Statement]], knowledge: Knowledge, record: PatientRecord
) -> None:
    for definition in knowledge.findings_of_age:
        reached = (record.age or 0) >= (definition.age_at_least or 0)
        grouped.setdefault(definition.id, []).append(
            Statement(
                about=Subject.FINDING,
                target=definition.id,
                status=Status.PRESENT if reached else Status.ABSENT,
                source=f"Patient/{record.patient_id}",
                how="age from the birth date",
                channel=Channel.DEMOGRAPHIC,
            )
        )


def _decide(
    definition: FindingDefinition, statements: list[Statement], timeline: Timeline
) -> Finding | None:
    evidence = [s for s in statements if timeline.is_evidence(s, definition)]
    if not evidence:
        return None
    if len(evidence) == 1:
        return _of_one(definition, evidence[0], timeline)
    evidence.sort(key=_precedence, reverse=True)
    winner = evidence[0]
    agreeing = [s for s in evidence if s.status is winner.status]
    return Finding(
        id=definition.id,
        status=winner.status,
        date=winner.date or winner.onset,
        since=_since(evidence, winner),
        latest=_latest(*(s.onset or s.date for s in agreeing)),
        onset=min((s.onset for s in agreeing if s.onset is not None), default=None),
        current=winner.status is Status.PRESENT and any(timeline.is_current(s) for s in agreeing),
        definite=any(s.definite for s in agreeing),
        stated=winner.channel not in _DERIVED,
        provisional=all(s.provisional for s in agreeing),
        leg_site=any(s.leg_site and timeline.is_current(s) for s in agreeing),
        sources=tuple(dict.fromkeys(s.source for s in agreeing)),
        disagreeing=tuple(
            dict.fromkeys(s.source for s in evidence if s.status is not winner.status)
        ),
        how=winner.how,
        value=winner.value,
    )


def _of_one(definition: FindingDefinition, said: Statement, timeline: Timeline) -> Finding:
    """The usual case, and the quick way: nobody else speaks of it."""
    present = said.status is Status.PRESENT
    current = timeline.is_current(said)
    return Finding(
        id=definition.id,
        status=said.status,
        date=said.date or said.onset,
        since=_earliest((said,)) if present else None,
        latest=said.onset or said.date,
        onset=said.onset,
        current=present and current,
        definite=said.definite,
        stated=said.channel not in _DERIVED,
        provisional=said.provisional,
        leg_site=said.leg_site and current,
        sources=(said.source,),
        how=said.how,
        value=said.value,
    )


def _since(evidence: list[Statement], winner: Statement) -> datetime | None:
    """Earliest statement or onset of the present state, later than the last denial."""
    if winner.status is not Status.PRESENT:
        return None
    denied = max(
        (s.date for s in evidence if s.status is Status.ABSENT and s.date is not None),
        default=_LONG_AGO,
    )
    return _earliest(
        s
        for s in evidence
        if s.status is Status.PRESENT and (s.date is None or s.date >= denied or s is winner)
    )


def _earliest(statements: Iterable[Statement]) -> datetime | None:
    moments = [m for s in statements for m in (s.onset, s.date) if m is not None]
    return min(moments, default=None)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((m for m in moments if m is not None), default=None)


def _precedence(statement: Statement) -> tuple[int, bool, bool, datetime, str]:
    """Newer first; on the same date definite before text, then present before absent."""
    moment = statement.date or statement.onset or _LONG_AGO
    return (
        moment.toordinal(),
        statement.definite,
        statement.status is Status.PRESENT,
        moment,
        statement.source,
    )


def _add_implied(findings: dict[str, Finding], knowledge: Knowledge) -> None:
    for finding in list(findings.values()):
        if finding.status is Status.PRESENT:
            for implied in knowledge.implied(finding.id):
                if implied not in findings:
                    findings[implied] = msgspec.structs.replace(
                        finding,
                        id=implied,
                        stated=False,
                        value="",
                        how=f"follows from {knowledge.findings[finding.id].label}",
                    )
