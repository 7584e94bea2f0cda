"""Writes knowledge/review/scope.yaml: the ids that the knowledge must cover, and nothing else.

    python -m tools.build_scope FOLDER

FOLDER holds ``seed-inventory.yaml`` (what the source articles say) and ``vocabulary.yaml`` (the
public vocabulary). Run it again when either changes; a test compares where CDS_CLINICAL_DIR is set.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from cds_service.knowledge.files import read_yaml
from cds_service.knowledge.review import FOLDER


_INVENTORY = {
    "causes": "causes",
    "findings": "findings",
    "medications": "medications",
    "red-flags": "red_flags",
    "tests": "tests",
    "treatments": "treatments",
    "conflicts": "conflicts",
    "relations": "relations",
    "gaps": "gaps_not_in_any_seed",
}
_VOCABULARY = {
    "vocabulary-findings": "additional_findings",
    "vocabulary-causes": "additional_causes",
    "vocabulary-red-flags": "red_flags",
    "vocabulary-work-ups": "workups",
    "vocabulary-interlocks": "interlocks",
}
_HEAD = """# Every id that the knowledge must cover: what the inventory of the source articles lists, and what
# the public vocabulary promises. Made by tools/build_scope.py; do not edit by hand.
"""


def scope_of(folder: Path) -> dict[str, list[str]]:
    """Ids by section, in the order of the files."""
    scope: dict[str, list[str]] = {}
    for name, sections in (
        ("seed-inventory.yaml", _INVENTORY),
        ("vocabulary.yaml", _VOCABULARY),
    ):
        content = cast("dict[str, Any]", read_yaml(folder / name))
        scope |= {ours: list(_ids(content[theirs])) for ours, theirs in sections.items()}
    return scope


def _ids(entries: Iterable[Any]) -> Iterable[str]:
    return (entry if isinstance(entry, str) else entry["id"] for entry in entries)


def main() -> int:
    """Write the file."""
    lines = [_HEAD]
    for section, ids in scope_of(Path(sys.argv[1])).items():
        lines.append(f"\n{section}:\n" + "".join(f"  - {id}\n" for id in ids))
    (FOLDER / "scope.yaml").write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
