"""The service with a memory, a clock that tests move, and short ways to call it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from flask import Flask
from sqlalchemy import text

from cds_service.store.database import Database


Json = dict[str, Any]
SECRET = "a secret of the tests, long enough for everybody"
SERVICE = "leg-pain-patient-view"
REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
FINDING = "https://leg-pain-cds.example/fhir/CodeSystem/finding"


class Room:
    """One application; `with` closes its database."""

    def __init__(self, app: Flask, moments: list[datetime]) -> None:
        self.app = app
        self.client = app.test_client()
        self.moments = moments

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.app.extensions["cds_memory"].close()

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return self.moments[-1]

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.moments.append(self.now + timedelta(**span))

    def call(self, body: Json, service: str = SERVICE) -> list[Json]:
        """The cards that a request gets."""
        answer = self.client.post(f"/cds-services/{service}", json=body)
        assert answer.status_code == 200, answer.data
        cards: list[Json] = answer.get_json()["cards"]
        return cards

    def explain(self, body: Json, service: str = SERVICE) -> Json:
        """Everything behind the answer to a request."""
        answer = self.client.post(f"/explain/{service}", json=body)
        document: Json = answer.get_json()
        return document

    def feedback(self, *items: Json, service: str = SERVICE, status: int = 204) -> Any:
        """Send feedback; the decoded answer, if there is one."""
        answer = self.client.post(
            f"/cds-services/{service}/feedback", json={"feedback": list(items)}
        )
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def override(self, card: Json, reason: str = "", **members: Any) -> None:
        """Somebody overrides a card."""
        self.feedback(overridden(card["uuid"], self.now, reason) | members)

    def accept(self, card: Json, *labels: str) -> None:
        """Somebody accepts the suggestions of a card with these labels."""
        chosen = [s["uuid"] for s in card["suggestions"] if s["label"] in labels]
        assert len(chosen) == len(labels)
        self.feedback(accepted(card["uuid"], self.now, *chosen))


def overridden(card: str, at: datetime, reason: str = "") -> Json:
    """FBo of the conformance list; without a reason where none is given."""
    item: Json = {"card": card, "outcome": "overridden", "outcomeTimestamp": at.isoformat()}
    if reason:
        item["overrideReason"] = {"reason": {"code": reason, "system": REASONS}}
    return item


def accepted(card: str, at: datetime, *suggestions: str) -> Json:
    """FBa of the conformance list."""
    return {
        "card": card,
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": each} for each in suggestions],
        "outcomeTimestamp": at.isoformat(),
    }


def patient_view(
    *findings: str, patient: str = "p1", user: str = "Practitioner/a", at: datetime, **absent: Any
) -> Json:
    """A request about a woman of 60 with findings recorded two hours before `at`."""
    seen = (at - timedelta(hours=2)).isoformat()
    observations = [
        {
            "resourceType": "Observation",
            "id": f"{patient}-{id}",
            "status": "final",
            "code": {"coding": [{"system": FINDING, "code": id}]},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": seen,
            "valueBoolean": True,
        }
        for id in findings
    ]
    empty: Json = {"resourceType": "Bundle", "type": "searchset"}
    keys = ("conditions", "medicationRequests", "laboratory", "serviceRequests", "encounters")
    return {
        "hook": "patient-view",
        "hookInstance": str(uuid4()),
        "context": {"userId": user, "patientId": patient},
        "prefetch": {
            "patient": {
                "resourceType": "Patient",
                "id": patient,
                "gender": "female",
                "birthDate": "1966-02-03",
            },
            "findings": empty | {"entry": [{"resource": each} for each in observations]},
            **dict.fromkeys(keys, empty),
            **absent,
        },
    }


def rows(url: str, table: str) -> list[Any]:
    """Everything in a table."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return list(connection.execute(text(f"SELECT * FROM {table}")))  # noqa: S608
    finally:
        database.close()


def drafting(body: Json, hook: str, draft: Json) -> Json:
    """The same patient while an order is written: picked, or about to be signed."""
    order = draft | {
        "id": "draft-1",
        "subject": {"reference": f"Patient/{body['context']['patientId']}"},
    }
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    picked = {"selections": [f"{order['resourceType']}/draft-1"], "draftOrders": drafts}
    return body | {"hook": hook, "hookInstance": str(uuid4()), "context": body["context"] | picked}
