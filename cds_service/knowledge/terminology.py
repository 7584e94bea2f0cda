"""From a code in a patient's record to what it means here, indexed once at load.

ICD-10-CM (and WHO ICD-10) and ATC match by prefix, everything else exactly. Codes of our own
system are the ids of findings, causes and work-ups themselves. Code lists are the CSV files of
``content/terminology`` with the columns ``system,code,display``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path

import msgspec

from cds_service.core.knowledge import Analyte, AnswerRule, Knowledge
from cds_service.core.values import SYSTEM_URIS, Coding
from cds_service.knowledge.loader import CONTENT
from cds_service.knowledge.units import unit_key


FOLDER = CONTENT / "terminology"

_BY_PREFIX = frozenset({"ICD-10-CM", "ATC"})
# Other names under which the same systems arrive in real data (data README, "System URLs").
_ALSO_KNOWN = {
    "http://snomed.info": "SNOMED",
    "2.16.840.1.113883.6.96": "SNOMED",
    "http://www.loinc.org": "LOINC",
    "2.16.840.1.113883.6.1": "LOINC",
    "2.16.840.1.113883.6.88": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10-CM",
    "2.16.840.1.113883.6.90": "ICD-10-CM",
    "2.16.840.1.113883.6.3": "ICD-10-CM",
    "http://terminology.hl7.org/codesystem/icd10-cm": "ICD-10-CM",
    "2.16.840.1.113883.6.12": "CPT",
    "http://terminology.hl7.org/codesystem/cpt": "CPT",
    "2.16.840.1.113883.6.285": "HCPCS",
    "http://terminology.hl7.org/codesystem/hcpcs": "HCPCS",
    "http://whocc.no/atc": "ATC",
    "2.16.840.1.113883.6.73": "ATC",
}
_SYSTEMS = {uri: name for name, uri in SYSTEM_URIS.items()}
_SYSTEMS |= {uri.lower(): name for name, uri in SYSTEM_URIS.items()}
_SYSTEMS |= _ALSO_KNOWN
# SNOMED CT body structures: lower limb, lower leg, thigh, foot, toe, ankle joint (as public DICOM
# and FHIR body-part lists give them).
LOWER_LIMB = frozenset({"61685007", "30021000", "68367000", "56459004", "29707007", "70258002"})


class Kind(Enum):
    """What a code stands for."""

    FINDING = "finding"
    CAUSE = "cause"
    ANALYTE = "analyte"
    DRUG = "drug"
    WORKUP_ORDER = "workup-order"
    WORKUP_RESULT = "workup-result"
    TREATMENT = "treatment"

    __hash__ = object.__hash__  # members are single objects; Enum's own hash is slow


class Target(msgspec.Struct, frozen=True):
    """One meaning of a code. ``needs_leg``: only when the record names a lower limb."""

    kind: Kind
    id: str
    needs_leg: bool = False


class CodedQuestion(msgspec.Struct, frozen=True):
    """A question whose coded or written answers state a finding (tobacco status)."""

    finding: str
    present: frozenset[tuple[str, str]]
    absent: frozenset[tuple[str, str]]
    present_text: frozenset[str]
    absent_text: frozenset[str]


Conversion = tuple[Decimal, Decimal]
_Key = tuple[str, str]


def system_name(uri: str) -> str:
    """Short name of a code system however its URI is written; empty for systems not known here."""
    found = _SYSTEMS.get(uri)
    return _tolerant(uri) if found is None else found


def _tolerant(uri: str) -> str:
    """Spaces, slashes, versions, https and OIDs (``http: //snomed.info/sct`` is in real data)."""
    cleaned = "".join(uri.split()).lower().partition("|")[0].rstrip("/")
    cleaned = cleaned.replace("https://", "http://", 1).removeprefix("urn:oid:")
    if cleaned.startswith("http://snomed.info/"):
        return "SNOMED"
    return _SYSTEMS.get(cleaned) or _SYSTEMS.get(f"https://{cleaned.removeprefix('http://')}", "")


def read_code_list(path: Path) -> tuple[Coding, ...]:
    """The codes of one file.

    Raises:
        KeyError: It has other columns.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"system", "code"} <= set(rows.fieldnames or ()):
            raise KeyError(path.name)
        return tuple(
            Coding(row["system"] or "", row["code"] or "", row.get("display") or "") for row in rows
        )


class Terminology:
    """Immutable index from codes to meanings, and from units to conversions.

    Attributes:
        problems: What is wrong with the code lists and codes, one line each.
        family_findings: For each cause, the findings that say a relative has it.
    """

    def __init__(self) -> None:
        self.problems: tuple[str, ...] = ()
        self.family_findings: dict[str, tuple[str, ...]] = {}
        self._exact: dict[str, dict[str, tuple[Target, ...]]] = {}
        self._questions: dict[_Key, tuple[CodedQuestion, ...]] = {}
        self._units: dict[str, dict[str, Conversion]] = {}
        self._orders: dict[_Key, tuple[Target, ...]] = {}

    @classmethod
    def build(cls, knowledge: Knowledge, folder: Path = FOLDER) -> Terminology:
        """Index all codes of the knowledge and of the code lists below ``folder``."""
        building = _Building(knowledge, folder)
        terminology = cls()
        terminology._exact = building.codes()
        terminology._questions = building.questions()
        terminology._units = {a.id: building.units(a) for a in knowledge.analytes.values()}
        terminology.family_findings = _families(knowledge)
        terminology.problems = tuple(dict.fromkeys(building.problems))
        return terminology

    def knowing_orders(self, orders: Mapping[str, tuple[Coding, ...]]) -> Terminology:
        """The same, which also understands one site's own order codes, by work-up (EHR-06).

        One code may stand for several work-ups: a catalogue has panels.
        """
        known = copy(self)
        known._orders = {}
        for workup, codings in orders.items():
            for key in {(coding.system, coding.code) for coding in codings}:
                others = known._orders.get(key, ())
                known._orders[key] = (*others, Target(Kind.WORKUP_ORDER, workup))
        return known

    def targets(self, system: str, code: str) -> tuple[Target, ...]:
        """Everything that a code means; empty when it means nothing here."""
        if self._orders and (own := self._orders.get((system, code))):
            return own
        name = system_name(system)
        codes = self._exact.get(name)
        if codes is None:
            return ()
        if name in _BY_PREFIX:
            return _longest_first(codes, code)
        return codes.get(code) or codes.get(code.strip(), ())

    def questions(self, system: str, code: str) -> tuple[CodedQuestion, ...]:
        """Findings that the answers to this coded question state."""
        return self._questions.get((system_name(system), code.strip()), ())

    def is_leg(self, system: str, code: str) -> bool:
        """The code names a part of a lower limb (SNOMED CT body structures)."""
        return code in LOWER_LIMB and system_name(system) == "SNOMED"

    def conversion(self, analyte: str, unit: str) -> Conversion | None:
        """Factor and offset from ``unit`` to the unit of the analyte; None when it is not listed."""
        return self._units.get(analyte, {}).get(unit_key(unit))


def _longest_first(codes: dict[str, tuple[Target, ...]], code: str) -> tuple[Target, ...]:
    """Meanings of a code and of its ancestors; the most specific statement of each wins."""
    key = _prefix_key(code)
    found: dict[tuple[Kind, str], Target] = {}
    for length in range(len(key), 0, -1):
        for target in codes.get(key[:length], ()):
            found.setdefault((target.kind, target.id), target)
    return tuple(found.values())


def _prefix_key(code: str) -> str:
    return code.strip().upper().replace(".", "").rstrip("+*!†-")


def _families(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for finding in knowledge.findings.values():
        for cause in finding.family:
            index.setdefault(cause, []).append(finding.id)
    return {cause: tuple(findings) for cause, findings in index.items()}


class _Building:
    """Collects codes and problems while the index is made."""

    def __init__(self, knowledge: Knowledge, folder: Path) -> None:
        self.knowledge = knowledge
        self.folder = folder
        self.problems: list[str] = []
        self._lists: dict[str, tuple[Coding, ...]] = {}
        self._index: dict[str, dict[str, dict[Target, None]]] = {}

    def codes(self) -> dict[str, dict[str, tuple[Target, ...]]]:
        """The whole index: system, code, meanings."""
        self._add_findings()
        self._add_others()
        self._add_own_ids()
        return {
            system: {code: tuple(targets) for code, targets in codes.items()}
            for system, codes in self._index.items()
        }

    def _add_findings(self) -> None:
        for finding in self.knowledge.findings.values():
            where = f"findings[{finding.id}]"
            target = Target(Kind.FINDING, finding.id)
            self._add(where, target, finding.codes, finding.valuesets)
            self._add(
                where, Target(Kind.FINDING, finding.id, needs_leg=True), finding.codes_needing_leg
            )

    def _add_others(self) -> None:
        known = self.knowledge
        for cause in known.causes.values():
            recognised = cause.recognised
            target = Target(Kind.CAUSE, cause.id)
            self._add(f"causes[{cause.id}]", target, recognised.codes, recognised.valuesets)
        for analyte in known.analytes.values():
            target = Target(Kind.ANALYTE, analyte.id)
            self._add(f"analytes[{analyte.id}]", target, analyte.codes, analyte.valuesets)
        for drug in known.drugs.values():
            classes = tuple(Coding("ATC", code) for code in drug.atc)
            self._add(
                f"drugs[{drug.id}]",
                Target(Kind.DRUG, drug.id),
                drug.codes + classes,
                drug.valuesets,
            )
        for treatment in known.treatments.values():
            target = Target(Kind.TREATMENT, treatment.id)
            self._add(f"treatments[{treatment.id}]", target, treatment.codes)
        for workup in known.workups.values():
            where = f"workups[{workup.id}]"
            self._add(where, Target(Kind.WORKUP_ORDER, workup.id), workup.order)
            self._add(
                where, Target(Kind.WORKUP_RESULT, workup.id), workup.results, workup.valuesets
            )

    def _add_own_ids(self) -> None:
        known = self.knowledge
        for kind, ids in (
            (Kind.FINDING, known.findings),
            (Kind.CAUSE, known.causes),
            (Kind.WORKUP_ORDER, known.workups),
            (Kind.TREATMENT, known.treatments),
        ):
            for id in ids:
                self._put("finding", id, Target(kind, id))

    def _add(
        self, where: str, target: Target, codings: Iterable[Coding], valuesets: Iterable[str] = ()
    ) -> None:
        for coding in codings:
            self._add_coding(where, target, coding)
        for name in valuesets:
            for coding in self._code_list(where, name):
                self._add_coding(f"{where}: {name}.csv", target, coding)

    def _add_coding(self, where: str, target: Target, coding: Coding) -> None:
        system = self._system(where, coding)
        if system:
            code = _prefix_key(coding.code) if system in _BY_PREFIX else coding.code.strip()
            self._put(system, code, target)

    def _put(self, system: str, code: str, target: Target) -> None:
        self._index.setdefault(system, {}).setdefault(code, {})[target] = None

    def _system(self, where: str, coding: Coding) -> str:
        name = coding.system if coding.system in SYSTEM_URIS else system_name(coding.system)
        if not name or not coding.code.strip():
            self.problems.append(
                f"{where}: unknown system or empty code {coding.system}|{coding.code}"
            )
        return name if coding.code.strip() else ""

    def _code_list(self, where: str, name: str) -> tuple[Coding, ...]:
        if name not in self._lists:
            self._lists[name] = self._read_list(where, self.folder / f"{name}.csv")
        return self._lists[name]

    def _read_list(self, where: str, path: Path) -> tuple[Coding, ...]:
        if not path.is_file():
            self.problems.append(f"{where}: code list terminology/{path.name} is missing")
            return ()
        try:
            return read_code_list(path)
        except KeyError:
            self.problems.append(f"terminology/{path.name}: needs the columns system,code,display")
            return ()

    def questions(self) -> dict[_Key, tuple[CodedQuestion, ...]]:
        """Coded questions and what their answers state."""
        index: dict[_Key, list[CodedQuestion]] = {}
        for finding in self.knowledge.findings.values():
            for rule in finding.answers:
                system = self._system(f"findings[{finding.id}].answers", rule.question)
                index.setdefault((system, rule.question.code), []).append(
                    self._question(finding.id, rule)
                )
        return {key: tuple(questions) for key, questions in index.items()}

    def _question(self, finding: str, rule: AnswerRule) -> CodedQuestion:
        return CodedQuestion(
            finding=finding,
            present=self._answers(finding, rule.present),
            absent=self._answers(finding, rule.absent),
            present_text=frozenset(text.lower() for text in rule.present_text),
            absent_text=frozenset(text.lower() for text in rule.absent_text),
        )

    def _answers(self, finding: str, codings: tuple[Coding, ...]) -> frozenset[_Key]:
        where = f"findings[{finding}].answers"
        return frozenset(
            (
                coding.system if coding.system not in SYSTEM_URIS else self._system(where, coding),
                coding.code,
            )
            for coding in codings
        )

    def units(self, analyte: Analyte) -> dict[str, Conversion]:
        """Conversions to the analyte's own unit, which always counts as listed."""
        conversions = {unit_key(analyte.unit): (Decimal(1), Decimal(0))}
        for unit in analyte.units:
            try:
                conversions[unit_key(unit.unit)] = (Decimal(unit.factor), Decimal(unit.offset))
            except InvalidOperation:
                self.problems.append(f"analytes[{analyte.id}]: {unit.unit}: factor is not a number")
        if analyte.unitless:
            for written in ("", "1", "{ratio}", "ratio"):
                conversions.setdefault(unit_key(written), (Decimal(1), Decimal(0)))
        return conversions
