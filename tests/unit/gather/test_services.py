"""Service definitions: what is refused at start-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.core.errors import KnowledgeError
from cds_service.core.knowledge import Knowledge
from cds_service.gather.services import ServiceDefinition, load_services
from cds_service.settings import data_folder


SHIPPED = data_folder("hooks") / "leg-pain-patient-view.yaml"
KEYS = {
    "patient", "conditions", "medicationRequests", "medicationStatements", "findings", "laboratory",
    "socialHistory", "vitalSigns", "encounters", "procedures", "reports", "serviceRequests",
    "questionnaireResponses", "familyHistory",
}  # fmt: skip


def changed(folder: Path, old: str, new: str) -> Path:
    """A folder with the shipped definition, one thing replaced."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (folder / SHIPPED.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_the_shipped_service_offers_all_keys_of_the_vocabulary(service: ServiceDefinition) -> None:
    """Prefetch keys are a public contract."""
    assert set(service.templates) == KEYS
    assert service.required.all == ("patient",)
    assert set(service.required.any) == {
        "conditions",
        "encounters",
        "findings",
        "questionnaireResponses",
    }


def test_family_history_is_never_mentioned_on_cards(service: ServiceDefinition) -> None:
    """It could not change any advice."""
    assert not any("familyHistory" in gap.keys for gap in service.gaps)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: leg-pain-patient-view", "id: leg pain", "id 'leg pain'"),
        ("hook: patient-view", "hook: order-start", "hookVersion of 'order-start'"),
        ('hookVersion: "1.0"', 'hookVersion: "2.0"', "hookVersion of 'patient-view' is '1.0'"),
        ("hookVersion: ", "hookversion: ", "hookversion"),
        ("title: ", "name: ", "name"),
        ("all: [patient]", "all: [patients]", "key 'patients' has no template"),
        ("keys: [laboratory]", "keys: [labs]", "key 'labs' has no template"),
        ("codes-of: laboratory", "codes-of: everything", "everything"),
        ("Patient/{{context.patientId}}", "Patient/{{Patient.id}}", "prefetch.patient"),
        ("prefetch:", "id: again\nprefetch:", "duplicate key"),
    ],
)
def test_a_wrong_definition_stops_the_start(
    tmp_path: Path, knowledge: Knowledge, old: str, new: str, problem: str
) -> None:
    """And says in which file, and what."""
    with pytest.raises(KnowledgeError) as refused:
        load_services(changed(tmp_path, old, new), knowledge)
    assert problem in str(refused.value)
    assert str(refused.value).startswith(SHIPPED.name)


def test_the_same_id_twice_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    """One URL, one service."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"b\.yaml: id 'leg-pain-patient-view' is taken"):
        load_services(tmp_path, knowledge)


def test_a_missing_folder_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    """A mistyped setting must not look like a service without services."""
    with pytest.raises(KnowledgeError, match="no folder"):
        load_services(tmp_path / "none", knowledge)
