"""Conditions and units in words, for reference pages and for people who review the knowledge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.core.values import Category


_UNITS = {
    "1": "",
    "%": "%",
    "Cel": "°C",
    "10*9/L": "x 10^9/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m2",
}
# What is always decided: there is no third answer beside yes and no.
_DECIDED = (c.CauseAtLeast, c.Flagged, c.WorkupIs, c.CriterionIs, c.FindingUnknown, c.Always)


# How an entry that is named is written: its kind, its id, its label.
Naming = Callable[[str, str, str], str]


def by_label(_kind: str, _id: str, label: str) -> str:
    """Entries named by their label alone."""
    return label


def in_words(condition: c.Condition, knowledge: Knowledge, naming: Naming = by_label) -> str:
    """The condition as a clinician would say it."""
    return _Speaker(knowledge, naming).say(condition)


def unit_in_words(unit: str) -> str:
    """A UCUM unit as laboratories print it; nothing for a plain ratio."""
    return _UNITS.get(unit, unit.replace("umol", "µmol").replace("ug", "µg"))


def over_limit(multiple: object) -> str:
    """More than so many times the laboratory's upper limit."""
    if str(multiple) == "1":
        return "above the laboratory's upper limit"
    return f"more than {multiple} times the laboratory's upper limit"


def is_decided(condition: c.Condition) -> bool:
    """It is true or false for every patient: what is not known of a finding plays no part."""
    parts = condition.parts()
    return all(is_decided(part) for part in parts) if parts else isinstance(condition, _DECIDED)


def not_known(condition: c.Condition) -> c.Condition | None:
    """The finding of "known to be absent, or nobody said": what is not known to be there."""
    if not isinstance(condition, c.AtLeast) or condition.count != 1 or len(condition.of) != 2:
        return None
    absent = [part.part for part in condition.of if isinstance(part, c.Not)]
    unknown = [part for part in condition.of if isinstance(part, c.FindingUnknown)]
    same = absent and unknown and getattr(absent[0], "id", "") == unknown[0].id
    return absent[0] if same else None


def age_words(condition: c.Condition) -> str:
    """How old or new a finding must be, in brackets; nothing when it does not matter."""
    if not isinstance(condition, c.FindingOfAge):
        return ""
    said: list[str] = []
    if condition.within_days is not None:
        said.append(f"known for no longer than {condition.within_days} days")
    if condition.for_days is not None:
        said.append(f"known for at least {condition.for_days} days")
    said += ["present now"] if condition.current else []
    return f" ({', '.join(said)})" if said else ""


def without_age(condition: c.Condition) -> c.Condition:
    """The finding by itself."""
    return c.FindingIs(condition.id) if isinstance(condition, c.FindingOfAge) else condition


def shared_age(parts: Iterable[c.Condition]) -> str:
    """The words that all parts have in common about age; nothing when they differ."""
    ages = {age_words(part) for part in parts}
    return ages.pop().replace(" (", " (each ") if len(ages) == 1 and "" not in ages else ""


class _Speaker:
    def __init__(self, knowledge: Knowledge, naming: Naming) -> None:
        self.k = knowledge
        self.naming = naming

    def say(self, node: c.Condition) -> str:
        return _SENTENCES[type(node)](self, node)

    def joined(self, parts: tuple[c.Condition, ...], word: str) -> str:
        age = shared_age(parts) if len(parts) > 1 else ""
        said = [self.say(without_age(part) if age else part) for part in parts]
        return said[0] if len(said) == 1 else f"({f'{word} '.join(said)}{age})"

    def finding(self, id: str) -> str:
        return self.naming("findings", id, self.k.findings[id].label)

    def cause(self, id: str) -> str:
        return self.naming("causes", id, self.k.causes[id].label)

    def workup(self, id: str) -> str:
        return self.naming("workups", id, self.k.workups[id].label)

    def red_flag(self, id: str) -> str:
        return self.naming("red-flags", id, self.k.red_flags[id].label)

    def analyte(self, id: str) -> str:
        return self.naming("analytes", id, self.k.analytes[id].label)

    def cause_at_least(self, node: Any) -> str:
        if node.category is Category.ESTABLISHED:
            return f"{self.cause(node.cause)} on record"
        return f"{self.cause(node.cause)} at least {node.category.value}"

    def finding_is(self, node: Any) -> str:
        return self.finding(node.id) + age_words(node)

    def at_least(self, node: Any) -> str:
        if (finding := not_known(node)) is not None:
            return f"not, as far as known, {self.say(finding)}"
        if node.count == 1:
            return self.joined(node.of, " or")
        return f"at least {node.count} of {self.joined(node.of, ',')}"

    def negated(self, node: Any) -> str:
        """What is not known of a finding leaves "not" open, so it is said what must be known."""
        if is_decided(node.part):
            return f"not, as far as known, {self.say(node.part)}"
        if isinstance(node.part, c.FindingIs):
            return f"{self.say(node.part)} known to be absent"
        return f"known not to hold: {self.say(node.part)}"

    def criterion(self, node: Any) -> str:
        id = node.criterion
        label = self.naming("criteria", id, self.k.criteria[id].label)
        if node.result:
            return f"{label}: {node.result}"
        if node.at_least is not None:
            return f"{label}: {node.at_least} or more points known"
        return f"{label}: cannot reach {node.cannot_reach} points"

    def measured(self, node: Any) -> str:
        unit = unit_in_words(self.k.analytes[node.analyte].unit)
        said = f"{self.analyte(node.analyte)} {node.relation.replace('-', ' ')} {node.limit}"
        return f"{said} {unit}".rstrip()

    def age(self, node: Any) -> str:
        if node.at_least is not None:
            return f"aged {node.at_least} or over"
        return f"aged under {node.below}"


_SENTENCES: dict[type[c.Condition], Callable[[_Speaker, Any], str]] = {
    c.FindingIs: lambda s, n: s.finding(n.id),
    c.FindingOfAge: _Speaker.finding_is,
    c.FindingUnknown: lambda s, n: f"not known whether {s.finding(n.id)}",
    c.All: lambda s, n: s.joined(n.of, " and"),
    c.AtLeast: _Speaker.at_least,
    c.Not: _Speaker.negated,
    c.Always: lambda _s, _n: "always",
    c.Established: lambda s, n: f"{s.cause(n.cause)} on record",
    c.ReasonForCare: lambda s, n: f"{s.cause(n.cause)} recorded as reason for today's visit",
    c.CauseAtLeast: _Speaker.cause_at_least,
    c.CriterionIs: _Speaker.criterion,
    c.Measured: _Speaker.measured,
    c.TimesLimit: lambda s, n: f"{s.analyte(n.analyte)} {over_limit(n.multiple)}",
    c.Age: _Speaker.age,
    c.Sex: lambda _s, n: n.sex,
    c.InSetting: lambda _s, n: f"encounter: {' or '.join(n.settings)}",
    c.Flagged: lambda s, n: f"red flag raised: {s.red_flag(n.red_flag)}",
    c.WorkupIs: lambda s, n: f"{s.workup(n.workup)} {n.state}",
}
