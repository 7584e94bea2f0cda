"""Invented patients in a few words, and what the reasoning with the real knowledge says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cds_service.core.knowledge import Knowledge
from cds_service.core.reasoning import Occasion, Reasoning, reason
from cds_service.core.record import (
    Channel,
    EventState,
    Measurement,
    PatientRecord,
    Setting,
    Statement,
    Subject,
    WorkupEvent,
)
from cds_service.core.values import Category, Status, WorkupStatus


NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


class Told(msgspec.Struct, frozen=True):
    """What the service makes of one patient, in the words of the tests."""

    reasoning: Reasoning

    def category(self, cause: str) -> Category:
        """Where a cause stands; not assessable when it is not in the differential."""
        found = (r.category for r in self.reasoning.differential if r.cause == cause)
        return next(found, Category.NOT_ASSESSABLE)

    def points(self, cause: str) -> float:
        """Points of a cause; 0 when it is not in the differential."""
        return next((r.points for r in self.reasoning.differential if r.cause == cause), 0.0)

    @property
    def offered(self) -> set[str]:
        """Causes that are at least possible."""
        return {
            r.cause
            for r in self.reasoning.differential
            if r.category.standing >= Category.POSSIBLE.standing
        }

    @property
    def likely(self) -> set[str]:
        """Causes that are likely or established."""
        return {
            r.cause
            for r in self.reasoning.differential
            if r.category.standing >= Category.LIKELY.standing
        }

    @property
    def flags(self) -> dict[str, str]:
        """Red flags with their urgency."""
        return {f.flag.id: f.urgency.value for f in self.reasoning.flags}

    @property
    def suggested(self) -> set[str]:
        """Work-ups that are suggested."""
        return {w.workup.id for w in self.reasoning.workups if w.status is WorkupStatus.SUGGESTED}

    @property
    def withheld(self) -> set[str]:
        """Work-ups that are withheld by a rule."""
        return {w.workup.id for w in self.reasoning.workups if w.status is WorkupStatus.WITHHELD}

    @property
    def interlocks(self) -> set[str]:
        """Safety rules that are on."""
        return {i.interlock.id for i in self.reasoning.interlocks}

    @property
    def advice(self) -> dict[str, str]:
        """Advice as it is said, by id: its text, or what takes its place."""
        return {a.advice.id: a.text for a in self.reasoning.advice}

    @property
    def withheld_advice(self) -> set[str]:
        """Advice that a safety rule has withdrawn or turned round."""
        silent = set(self.advice)
        return {
            a.advice.id for a in self.reasoning.advice if a.withheld_by and a.advice.id in silent
        }

    @property
    def said(self) -> str:
        """All advice in one text, lower case."""
        return " ".join(self.advice.values()).lower()


class Clinic:
    """Asks the reasoning about invented patients."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def sees(
        self,
        *present: str,
        absent: tuple[str, ...] = (),
        on_record: tuple[str, ...] = (),
        results: Mapping[str, str] | None = None,
        limits: Mapping[str, str] | None = None,
        done: tuple[str, ...] = (),
        since_days: float = 1,
        setting: Setting = Setting.OUTPATIENT,
        **more: Any,
    ) -> Told:
        """A patient of 60 with these findings, diagnoses, results and finished work-ups.

        ``limits`` are the laboratory's own upper limits by analyte; ``since_days`` how long ago all
        of it was recorded.
        """
        unknown = {*present, *absent} - set(self.knowledge.findings)
        assert not unknown, unknown
        date = NOW - timedelta(days=since_days)
        statements = [
            *(_statement(f, Status.PRESENT, date) for f in present),
            *(_statement(f, Status.ABSENT, date) for f in absent),
            *(_diagnosis(cause) for cause in on_record),
        ]
        fields = {"patient_id": "p1", "age": 60, "sex": "female", "setting": setting} | more
        record = PatientRecord(
            statements=tuple(statements),
            measurements=tuple(self._results(results or {}, limits or {})),
            events=tuple(
                WorkupEvent(workup=w, state=EventState.DONE, source=f"Procedure/{w}", date=date)
                for w in done
            ),
            **fields,
        )
        return Told(reason(record, self.knowledge, Occasion(as_of=NOW)))

    def _results(self, results: Mapping[str, str], limits: Mapping[str, str]) -> list[Measurement]:
        """Results of yesterday; ``abi`` is reported for both legs, as it is measured."""
        return [
            Measurement(
                analyte=analyte,
                value=Decimal(value),
                unit=self.knowledge.analytes[analyte].unit,
                source=f"Observation/{analyte}{side}",
                date=NOW - timedelta(days=1),
                high=Decimal(limits[analyte]) if analyte in limits else None,
                low=Decimal(0) if analyte in limits else None,
                side=side,
            )
            for analyte, value in results.items()
            for side in (("left", "right") if analyte == "abi" else ("",))
        ]


def _statement(finding: str, status: Status, date: datetime) -> Statement:
    return Statement(
        about=Subject.FINDING,
        target=finding,
        status=status,
        source=f"Observation/{finding}",
        how="test",
        channel=Channel.OBSERVATION,
        date=date,
        leg_site=True,
    )


def _diagnosis(cause: str) -> Statement:
    """A diagnosis on the problem list for a year."""
    return Statement(
        about=Subject.CAUSE,
        target=cause,
        status=Status.PRESENT,
        source=f"Condition/{cause}",
        how="test",
        channel=Channel.CONDITION,
        date=NOW - timedelta(days=400),
    )
