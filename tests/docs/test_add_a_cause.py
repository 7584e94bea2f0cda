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


CASES = Path(__file__).parents[2] / "fixtures" / "cases"
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-cause.md"


def _example(key: str) -> str:
    """The YAML block of the page that begins with a key."""
    found: list[str] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in found if block.startswith(key))


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """A copy of the knowledge with the entry of the page."""
    folder = tmp_path_factory.mktemp("knowledge") / "content"
    shutil.copytree(CONTENT, folder)
    (folder / "plantar-heel-pain.yaml").write_text(_example("causes:"), encoding="utf-8")
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


def test_the_indication_of_the_page_suggests_its_test(tmp_path: Path) -> None:
    """Where it holds, and nothing is wrong with it."""
    shutil.copytree(CONTENT, tmp_path / "content")
    (tmp_path / "content" / "plantar-heel-pain.yaml").write_text(
        _example("causes:"), encoding="utf-8"
    )
    (tmp_path / "content" / "sore-heels.yaml").write_text(
        _example("indications:"), encoding="utf-8"
    )
    knowledge = load_knowledge(tmp_path / "content")
    assert check_knowledge(knowledge) == []
    heels = ("sole-of-foot", "worse-standing", "tenderness", "stiffness", "bilateral-legs")
    assert "crp" in Clinic(knowledge).sees(*heels, age=47, sex="male").suggested


def test_what_the_page_copies_is_there() -> None:
    """Case folders that its commands name."""
    text = PAGE.read_text(encoding="utf-8")
    copied = {*re.findall(r"cp -r fixtures/cases/(\S+)", text), "abi-100-is-normal"}
    assert all((CASES / slug / "bundle.json").is_file() for slug in copied)
    assert len(copied) == 2


def test_the_case_of_the_page_has_the_right_shape(tmp_path: Path) -> None:
    """Every key is one that case files have."""
    (tmp_path / "case.yaml").write_text(_example("title:"), encoding="utf-8")
    case = msgspec.convert(read_yaml(tmp_path / "case.yaml"), CaseFile)
    assert case.expect.differential.likely == ("plantar-heel-pain",)
