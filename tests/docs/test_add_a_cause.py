"""The example of docs/how-to/add-a-cause.md works as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.core.values import Category
from cds_service.knowledge.files import read_yaml
from cds_service.knowledge.lint import check_knowledge
from cds_service.knowledge.loader import CONTENT, load_knowledge
from tests.spec.cases import CaseFile
from tests.unit.knowledge.patients import Clinic


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-cause.md"


def _example(number: int) -> str:
    found: list[str] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return found[number]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """A copy of the knowledge with the entry of the page."""
    folder = tmp_path_factory.mktemp("knowledge") / "content"
    shutil.copytree(CONTENT, folder)
    (folder / "plantar-heel-pain.yaml").write_text(_example(0), encoding="utf-8")
    return load_knowledge(folder)


def test_the_entry_passes_the_check(extended: Knowledge) -> None:
    """No problem, and no Python was touched."""
    assert check_knowledge(extended) == []


def test_the_patient_of_the_page_is_recognised(extended: Knowledge) -> None:
    """As the case of the page expects: likely, and nothing to order."""
    told = Clinic(extended).sees(
        "sole-of-foot", "worse-standing", "tenderness", "unilateral-leg", age=47, sex="male"
    )
    assert told.category("plantar-heel-pain") is Category.LIKELY
    assert told.suggested == set()


def test_the_case_of_the_page_has_the_right_shape(tmp_path: Path) -> None:
    """Every key is one that case files have."""
    (tmp_path / "case.yaml").write_text(_example(1), encoding="utf-8")
    case = msgspec.convert(read_yaml(tmp_path / "case.yaml"), CaseFile)
    assert case.expect.differential.likely == ("plantar-heel-pain",)
