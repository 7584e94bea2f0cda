"""From the files of ``content/`` to one checked ``Knowledge``.

Any file may hold any section; sections of the same name are joined. Order of files and entries
carries no meaning. Every problem in every file is collected before refusing.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml

from cds_service.core import knowledge as k
from cds_service.core.conditions import Condition
from cds_service.core.errors import KnowledgeError
from cds_service.knowledge.conditions import ConditionSyntaxError, parse_condition
from cds_service.knowledge.files import read_yaml


CONTENT = Path(__file__).parent / "content"

_SECTIONS: dict[str, type[k.Entry]] = {
    "sources": k.Source,
    "findings": k.FindingDefinition,
    "analytes": k.Analyte,
    "drugs": k.Drug,
    "causes": k.Cause,
    "criteria": k.CriteriaSet,
    "workups": k.Workup,
    "indications": k.Indication,
    "withholdings": k.Withholding,
    "red-flags": k.RedFlag,
    "interlocks": k.Interlock,
    "advice": k.Advice,
    "questions": k.Question,
    "conflicts": k.Conflict,
    "predispositions": k.Predisposition,
    "treatments": k.Treatment,
    "order-checks": k.OrderCheck,
    "screenings": k.Screening,
    "questionnaires": k.Questionnaire,
}


def load_knowledge(folder: Path = CONTENT) -> k.Knowledge:
    """Read, check and index all knowledge below ``folder``.

    Raises:
        KnowledgeError: With one line for each problem: file, path, reason.
    """
    reading = _Reading(folder)
    for path in sorted(folder.rglob("*.yaml")):
        reading.read(path)
    if reading.problems:
        raise KnowledgeError(reading.problems)
    return reading.knowledge()


class _Reading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.entries: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
        self.scale: k.Scale | None = None
        self.digest = sha256()

    def read(self, path: Path) -> None:
        name = path.relative_to(self.folder).as_posix()
        self.digest.update(path.read_bytes())
        try:
            content = read_yaml(path)
        except yaml.YAMLError as problem:
            self.problems.append(f"{name}: not readable as YAML: {' '.join(str(problem).split())}")
            return
        if not isinstance(content, dict):
            self.problems.append(f"{name}: expected a mapping of sections")
            return
        for section, entries in cast("dict[str, Any]", content).items():
            self._read_section(name, section, entries)

    def _read_section(self, name: str, section: str, entries: Any) -> None:
        if section == "scale":
            self.scale = self._convert(name, section, entries, k.Scale) or self.scale
        elif section not in _SECTIONS:
            self.problems.append(
                f"{name}: {section}: unknown section; known are {', '.join(_SECTIONS)}"
            )
        elif not isinstance(entries, list):
            self.problems.append(f"{name}: {section}: expected a list")
        else:
            for position, written in enumerate(entries):
                self._read_entry(name, section, position, written)

    def _read_entry(self, name: str, section: str, position: int, written: Any) -> None:
        where = f"{section}[{position}]"
        if isinstance(written, dict) and isinstance(cast("dict[str, Any]", written).get("id"), str):
            where = f"{section}[{written['id']}]"
        entry = self._convert(name, where, written, _SECTIONS[section])
        if entry is None:
            return
        known = self.entries[section]
        if entry.id in known:
            self.problems.append(f"{name}: {where}: id already used")
        known[entry.id] = entry

    def _convert(self, name: str, where: str, written: Any, kind: type[Any]) -> Any:
        try:
            return msgspec.convert(written, type=kind, dec_hook=_decode_condition)
        except msgspec.ValidationError as problem:
            self.problems.append(f"{name}: {where}: {problem}")
            return None

    def knowledge(self) -> k.Knowledge:
        if self.scale is None:
            raise KnowledgeError(["scale.yaml: missing"])
        sections: dict[str, Any] = {
            section.replace("-", "_"): entries for section, entries in self.entries.items()
        }
        return k.Knowledge(version=self.digest.hexdigest()[:12], scale=self.scale, **sections)


def _decode_condition(kind: type[Any], written: Any) -> Any:
    if kind is not Condition:
        raise NotImplementedError(kind)
    try:
        return parse_condition(written)
    except ConditionSyntaxError as problem:
        raise ValueError(f"not a condition: {problem}") from problem
