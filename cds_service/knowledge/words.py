"""Conditions in words, for reference pages and for people who review the knowledge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge


def in_words(condition: c.Condition, knowledge: Knowledge) -> str:
    """The condition as a clinician would say it."""
    return _Speaker(knowledge).say(condition)


class _Speaker:
    def __init__(self, knowledge: Knowledge) -> None:
        self.k = knowledge

    def say(self, node: c.Condition) -> str:
        return _SENTENCES[type(node)](self, node)

    def joined(self, parts: tuple[c.Condition, ...], word: str) -> str:
        said = [self.say(part) for part in parts]
        return said[0] if len(said) == 1 else f"({f' {word} '.join(said)})"

    def finding(self, id: str) -> str:
        return self.k.findings[id].label

    def cause(self, id: str) -> str:
        return self.k.causes[id].label

    def finding_is(self, node: Any) -> str:
        said = self.finding(node.id)
        if node.within_days is not None:
            said += f" (known for no longer than {node.within_days} days)"
        if node.for_days is not None:
            said += f" (known for at least {node.for_days} days)"
        return f"{said} (current)" if node.current else said

    def at_least(self, node: Any) -> str:
        if node.count == 1:
            return self.joined(node.of, "or")
        return f"at least {node.count} of {self.joined(node.of, ',')}"

    def criterion(self, node: Any) -> str:
        label = self.k.criteria[node.criterion].label
        if node.result:
            return f"{label}: {node.result}"
        if node.at_least is not None:
            return f"{label}: {node.at_least} or more points known"
        return f"{label}: cannot reach {node.cannot_reach} points"

    def measured(self, node: Any) -> str:
        analyte = self.k.analytes[node.analyte]
        unit = "" if analyte.unit == "1" else f" {analyte.unit}"
        return f"{analyte.label} {node.relation.replace('-', ' ')} {node.limit}{unit}"

    def age(self, node: Any) -> str:
        if node.at_least is not None:
            return f"aged {node.at_least} or over"
        return f"aged under {node.below}"


_SENTENCES: dict[type[c.Condition], Callable[[_Speaker, Any], str]] = {
    c.FindingIs: lambda s, n: s.finding(n.id),
    c.FindingOfAge: _Speaker.finding_is,
    c.FindingUnknown: lambda s, n: f"not known whether {s.finding(n.id)}",
    c.All: lambda s, n: s.joined(n.of, "and"),
    c.AtLeast: _Speaker.at_least,
    c.Not: lambda s, n: f"known to be absent: {s.say(n.part)}",
    c.Always: lambda _s, _n: "always",
    c.Established: lambda s, n: f"{s.cause(n.cause)} on record",
    c.ReasonForCare: lambda s, n: f"{s.cause(n.cause)} as the reason of a current encounter",
    c.CauseAtLeast: lambda s, n: f"{s.cause(n.cause)} at least {n.category.value}",
    c.CriterionIs: _Speaker.criterion,
    c.Measured: _Speaker.measured,
    c.TimesLimit: lambda s, n: (
        f"{s.k.analytes[n.analyte].label} over {n.multiple} x the laboratory's upper limit"
    ),
    c.Age: _Speaker.age,
    c.Sex: lambda _s, n: n.sex,
    c.InSetting: lambda _s, n: f"encounter: {' or '.join(n.settings)}",
    c.Flagged: lambda s, n: f"red flag raised: {s.k.red_flags[n.red_flag].label}",
    c.WorkupIs: lambda s, n: f"{s.k.workups[n.workup].label} {n.state}",
}
