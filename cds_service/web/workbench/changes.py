"""What is switched in "What if", as the query of the page says it.

``f.<finding>=present|absent|unknown`` and ``lab.<analyte>=<value>`` with ``unit.<analyte>=<unit>``; an
empty value sets the result aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from cds_service.core.knowledge import Knowledge
from cds_service.core.measurements import Results
from cds_service.core.reasoning import Reasoning
from cds_service.core.values import Status


_VALUE = re.compile(r"(<=|>=|<|>)?\s*([0-9]+(?:[.,][0-9]+)?)")
_MOST = 40


class Lab(msgspec.Struct, frozen=True):
    """A result as it is set; ``value`` is empty when it is set aside."""

    value: str
    unit: str

    @property
    def number(self) -> Decimal | None:
        """The number in it; None when there is none."""
        found = _VALUE.fullmatch(self.value.strip())
        try:
            number = Decimal(found[2].replace(",", ".")) if found else None
        except InvalidOperation:
            return None
        return number if number is not None and number < Decimal(10) ** 12 else None

    @property
    def comparator(self) -> str:
        """``<``, ``<=``, ``>``, ``>=`` or nothing."""
        found = _VALUE.fullmatch(self.value.strip())
        return (found[1] or "") if found else ""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Findings by status, laboratory results by analyte."""

    findings: dict[str, Status] = {}
    labs: dict[str, Lab] = {}

    def __bool__(self) -> bool:
        return bool(self.findings or self.labs)

    @property
    def query(self) -> list[tuple[str, str]]:
        """As members of a query, in a fixed order."""
        pairs = [(f"f.{id}", status.value) for id, status in sorted(self.findings.items())]
        for id, lab in sorted(self.labs.items()):
            pairs.append((f"lab.{id}", lab.value))
            if lab.unit and lab.value:
                pairs.append((f"unit.{id}", lab.unit))
        return pairs


def read_changes(values: Mapping[str, str], knowledge: Knowledge) -> Changes:
    """The switches in a query or form; what is not known is left out."""
    findings: dict[str, Status] = {}
    labs: dict[str, Lab] = {}
    for name, value in values.items():
        kind, _, id = name.partition(".")
        if kind == "f" and id in knowledge.findings and value in _STATUSES:
            findings[id] = Status(value)
        elif kind == "lab" and id in knowledge.analytes:
            labs[id] = Lab(value.strip()[:24], values.get(f"unit.{id}", "").strip()[:24])
    _add_named(values, knowledge, findings, labs)
    return Changes(findings=findings, labs=labs)


_STATUSES = {status.value for status in Status}


def _add_named(
    values: Mapping[str, str],
    knowledge: Knowledge,
    findings: dict[str, Status],
    labs: dict[str, Lab],
) -> None:
    """What is added by its name: a finding (``add``, ``as``), a result (``add-lab`` ...)."""
    finding = _named(values.get("add", ""), knowledge)
    status = values.get("as", "present")
    if finding and status in _STATUSES:
        findings[finding] = Status(status)
    analyte = values.get("add-lab", "")
    if analyte in knowledge.analytes and values.get("add-value", "").strip():
        unit = values.get("add-unit", "").strip() or knowledge.analytes[analyte].unit
        labs[analyte] = Lab(values["add-value"].strip()[:24], unit[:24])


def _named(words: str, knowledge: Knowledge) -> str:
    wanted = words.strip().lower()
    if wanted in knowledge.findings:
        return wanted
    same = (id for id, f in knowledge.findings.items() if wanted and f.label.lower() == wanted)
    return next(same, "")


def only_changes(changes: Changes, recorded: Reasoning, knowledge: Knowledge) -> Changes:
    """Without what the record says anyway; at most a few dozen."""
    findings = {
        id: status
        for id, status in changes.findings.items()
        if status is not recorded_status(recorded, id)
    }
    results = Results(recorded.record, knowledge, recorded.occasion.as_of)
    labs = {id: lab for id, lab in changes.labs.items() if lab != recorded_lab(results, id, lab)}
    return Changes(
        findings=dict(sorted(findings.items())[:_MOST]), labs=dict(sorted(labs.items())[:_MOST])
    )


def recorded_status(recorded: Reasoning, finding: str) -> Status:
    """What the record says of a finding."""
    found = recorded.findings.get(finding)
    return Status.UNKNOWN if found is None else found.status


def recorded_lab(results: Results, analyte: str, like: Lab | None = None) -> Lab:
    """The deciding result as it was sent; without value when there is none."""
    result = results.latest(analyte)
    if result is None:
        return Lab("", like.unit if like is not None else "")
    number = result.value if result.sent is None else result.sent
    unit = result.unit if result.sent is None else result.sent_unit
    return Lab(f"{result.comparator}{shown(number)}", unit or result.unit)


def shown(number: Decimal) -> str:
    """A number without trailing zeros or exponent."""
    return f"{number.normalize():f}" if abs(number.adjusted()) < 12 else str(number)
