"""Which results decide, and what they say.

A result counts within its analyte's window. Of several, the newest day decides; of tests made on
each leg the lower value decides for "low" rules and the higher for "high" ones. Results are
compared in the unit in which the source states the limit, after rounding to the laboratory's
precision; a comparator (``<5``) may leave the answer open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from cds_service.core.conditions import compare
from cds_service.core.knowledge import Analyte, FindingDefinition, Knowledge, MeasuredRule
from cds_service.core.record import Channel, Measurement, PatientRecord, Statement, Subject
from cds_service.core.values import Status


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_LOW_FLAGS = frozenset({"L", "LL", "LU", "<"})
_HIGH_FLAGS = frozenset({"H", "HH", "HU", ">"})
_NORMAL_FLAGS = frozenset({"N"})
_LARGEST_ROUNDED = 15  # powers of ten that Decimal can round to cents
_RELATIONS = ("above", "at-least", "below", "at-most")


class Results:
    """The deciding results of one patient, by analyte."""

    def __init__(self, record: PatientRecord, knowledge: Knowledge, as_of: datetime) -> None:
        self._analytes = knowledge.analytes
        self._by_analyte: dict[str, list[Measurement]] = {}
        self._age = record.age
        self._sex = record.sex
        for result in record.measurements:
            analyte = knowledge.analytes.get(result.analyte)
            if analyte is not None and _within(result, analyte, as_of):
                self._by_analyte.setdefault(result.analyte, []).append(result)
        for analyte in knowledge.ratios:
            self._add_ratio(analyte)

    def _add_ratio(self, analyte: Analyte) -> None:
        """A ratio that the laboratory did not report, from two results of one day."""
        if analyte.ratio is None or analyte.id in self._by_analyte:
            return
        of, to = self.latest(analyte.ratio.of), self.latest(analyte.ratio.to)
        if of is None or to is None or to.value <= 0 or _day(of) != _day(to):
            return
        if of.comparator or to.comparator:
            return
        value = of.value / to.value * Decimal(analyte.ratio.factor)
        shown = f"{round(value, analyte.decimals)} {analyte.unit}"
        ratio = Measurement(
            analyte=analyte.id,
            value=value,
            unit=analyte.unit,
            source=of.source,
            date=of.date,
            text=shown,
        )
        self._by_analyte[analyte.id] = [ratio]

    @property
    def analytes(self) -> Iterable[str]:
        """Analytes with a usable result."""
        return self._by_analyte.keys()

    def newest_day(self, analyte: str) -> list[Measurement]:
        """All usable results of the newest day, final ones before provisional ones."""
        results = self._by_analyte.get(analyte)
        if not results:
            return []
        day = max(_day(result) for result in results)
        newest = [result for result in results if _day(result) == day]
        final = [result for result in newest if not result.provisional]
        return final or newest

    def lowest(self, analyte: str) -> Measurement | None:
        """The deciding result: the lowest of the newest day."""
        return min(self.newest_day(analyte), key=lambda r: (r.value, r.source), default=None)

    def highest(self, analyte: str) -> Measurement | None:
        """The highest result of the newest day."""
        return max(self.newest_day(analyte), key=lambda r: (r.value, r.source), default=None)

    def latest(self, analyte: str) -> Measurement | None:
        """The result of the latest instant; for tests of each leg the lower one."""
        kind = self._analytes.get(analyte)
        if kind is not None and kind.deciding != "newest":
            return self.lowest(analyte)
        return max(
            self.newest_day(analyte),
            key=lambda r: (r.date or _LONG_AGO, r.value, r.source),
            default=None,
        )

    def statements(
        self, knowledge: Knowledge, record: PatientRecord
    ) -> Iterator[tuple[FindingDefinition, Statement]]:
        """What the results say of the findings that are decided by measurement."""
        for analyte in self._by_analyte:
            for definition, rule in knowledge.rules_of_analyte.get(analyte, ()):
                if rule.sex and rule.sex != self._sex:
                    continue
                statement = self._apply(definition, rule)
                if statement is not None:
                    yield definition, statement

    def _apply(self, definition: FindingDefinition, rule: MeasuredRule) -> Statement | None:
        result = self._deciding(rule)
        if result is None:
            return None
        holds = self._holds(rule, result)
        if holds and rule.both_legs and not self._both_legs(rule):
            return None
        if holds is None or (holds is False and not self._denies(rule, result)):
            return None
        return Statement(
            about=Subject.FINDING,
            target=definition.id,
            status=Status.PRESENT if holds else Status.ABSENT,
            source=result.source,
            how=f"{self._analytes[rule.analyte].label} {result.text}".strip(),
            channel=Channel.MEASUREMENT,
            date=result.date,
            provisional=result.provisional,
            value=result.text,
        )

    def _denies(self, rule: MeasuredRule, result: Measurement) -> bool:
        """A result that does not make the finding present makes it absent, if it goes so far."""
        if rule.absent_above:
            limit = Decimal(rule.absent_above)
            return compare(self._rounded(result), result.comparator, "above", limit) is True
        return not rule.else_unknown

    def _deciding(self, rule: MeasuredRule) -> Measurement | None:
        if self._analytes[rule.analyte].deciding == "newest":
            return self.latest(rule.analyte)
        high = (rule.above or rule.at_least) and not (rule.below or rule.at_most)
        return self.highest(rule.analyte) if high else self.lowest(rule.analyte)

    def _both_legs(self, rule: MeasuredRule) -> bool:
        """A normal result needs both legs; a value without a side speaks for the patient."""
        results = self.newest_day(rule.analyte)
        sides = {result.side for result in results}
        complete = "" in sides or {"left", "right"} <= sides
        return complete and all(self._holds(rule, result) for result in results)

    def _holds(self, rule: MeasuredRule, result: Measurement) -> bool | None:
        if rule.range:
            return _against_range(rule.range, result)
        if rule.times_limit:
            times = times_upper_limit(result)
            return None if times is None else times > Decimal(rule.times_limit)
        outcome: bool | None = True
        for relation in _RELATIONS:
            limit = self._limit(rule, relation)
            if limit is None:
                continue
            value = self._compare(rule, result, relation, limit)
            if value is False:
                return False
            outcome = None if value is None else outcome
        return outcome

    def _compare(
        self, rule: MeasuredRule, result: Measurement, relation: str, limit: Decimal
    ) -> bool | None:
        """In the unit in which the source states the limit, where the result came in it."""
        stated = rule.limit_in.get(result.sent_unit)
        if stated and result.sent is not None:
            return compare(result.sent, result.comparator, relation, Decimal(stated))
        return compare(self._rounded(result), result.comparator, relation, limit)

    def _limit(self, rule: MeasuredRule, relation: str) -> Decimal | None:
        written = getattr(rule, relation.replace("-", "_"))
        if not written:
            return None
        limit = Decimal(written)
        if rule.age_adjusted and self._age is not None and self._age > 50:
            return max(limit, Decimal(self._age * 10))
        return limit

    def _rounded(self, result: Measurement) -> Decimal:
        """To the laboratory's precision; a number beyond all reason is left as it is."""
        if result.value.adjusted() > _LARGEST_ROUNDED:
            return result.value
        return round(result.value, self._analytes[result.analyte].decimals)

    def value(self, analyte: str) -> tuple[Decimal, str] | None:
        """Deciding value, rounded, and its comparator."""
        result = self.latest(analyte)
        return None if result is None else (self._rounded(result), result.comparator)


def times_upper_limit(result: Measurement) -> Decimal | None:
    """The result as a multiple of the laboratory's own upper limit; None without one."""
    if result.high is None or result.high <= 0 or result.comparator in {"<", "<="}:
        return None
    return result.value / result.high


def _against_range(side: str, result: Measurement) -> bool | None:
    flag = result.interpretation.upper()
    if side == "low":
        if result.low is not None:
            return compare(result.value, result.comparator, "below", result.low)
        known = flag in _LOW_FLAGS | _HIGH_FLAGS | _NORMAL_FLAGS
        return flag in _LOW_FLAGS if known else None
    if result.high is not None:
        return compare(result.value, result.comparator, "above", result.high)
    known = flag in _LOW_FLAGS | _HIGH_FLAGS | _NORMAL_FLAGS
    return flag in _HIGH_FLAGS if known else None


def _within(result: Measurement, analyte: Analyte, as_of: datetime) -> bool:
    if result.date is None:
        return True
    days = (as_of - result.date).total_seconds() / 86400
    return days <= analyte.window.in_days


def _day(result: Measurement) -> int:
    return (result.date or _LONG_AGO).toordinal()
