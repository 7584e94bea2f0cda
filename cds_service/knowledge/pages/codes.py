"""Codes by which entries are recognised, with the terms that the owners of the code systems set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cds_service.core.values import Coding
from cds_service.knowledge.pages.parts import Part
from cds_service.knowledge.terminology import FOLDER, read_code_list


# In short what NOTICE says at length.
LICENCES = {
    "SNOMED": "SNOMED CT is the intellectual property of SNOMED International. Use in a deployed system needs a licence, free of charge in its member countries.",
    "LOINC": "LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee, available at no cost under the licence at loinc.org/license.",
    "RxNorm": "RxNorm is produced by the U.S. National Library of Medicine and is in the public domain; NLM does not endorse this product.",
    "ICD-10-CM": "ICD-10-CM is published by the U.S. National Center for Health Statistics, in the public domain in the United States; it modifies ICD-10, copyright World Health Organization.",
    "ATC": "ATC is maintained by the WHO Collaborating Centre for Drug Statistics Methodology, Oslo; commercial use and changes are subject to its terms.",
    "CPT": "CPT is a registered trademark and copyright of the American Medical Association. Numbers only are shown; sending them from a deployed system needs its licence.",
    "HCPCS": "HCPCS Level II is maintained by the U.S. Centers for Medicare & Medicaid Services.",
    "finding": "The service's own code system; ids of the entries themselves.",
}


class CodeGroup(Part, frozen=True):
    """Codes of one system that were found in one place."""

    system: str
    codings: tuple[Coding, ...]
    licence: str


class Codes(Part, frozen=True):
    """Every code that states an entry; ``label`` says in which way."""

    label: str
    groups: tuple[CodeGroup, ...]

    @property
    def total(self) -> int:
        """How many."""
        return sum(len(group.codings) for group in self.groups)


def codes_of(
    label: str, codings: Iterable[Coding], valuesets: Iterable[str] = (), folder: Path = FOLDER
) -> Codes:
    """Single codes and those of code lists, by system, each once."""
    by_system: dict[str, dict[str, Coding]] = {}
    for coding in (*codings, *_of_lists(valuesets, folder)):
        by_system.setdefault(coding.system, {}).setdefault(coding.code, coding)
    groups = (
        CodeGroup(system, tuple(sorted(found.values(), key=lambda x: x.code)), LICENCES[system])
        for system, found in by_system.items()
    )
    return Codes(label, tuple(groups))


def _of_lists(names: Iterable[str], folder: Path) -> Iterator[Coding]:
    for name in names:
        yield from read_code_list(folder / f"{name}.csv")
