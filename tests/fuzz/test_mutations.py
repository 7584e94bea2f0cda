"""D-1: no input stops the service. Whole requests, damaged; those that are shipped and those of real patients.

They run through the real reasoning, so that every reader is exercised. Any status under 500 will do;
that the answer is a valid document the client of the suite checks.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.gather.requests import request_from_bundle
from cds_service.gather.sandbox import read_case
from cds_service.settings import data_folder
from tests.functional.test_real_patients import FOLDER, odd_documents, requests_with
from tests.fuzz.call import answered, post
from tests.fuzz.changes import damaged, damaged_somehow
from tests.fuzz.measure import SEED, TIMES, dice


Json = dict[str, Any]
CASES = sorted(path.parent for path in data_folder("fixtures").glob("cases/*/case.yaml"))
SERVICES = {
    "patient-view": ("leg-pain-patient-view", "leg-pain-risk-screen"),
    "encounter-start": ("leg-pain-encounter-start",),
    "problem-list-item-create": ("leg-pain-problem-list-item-create",),
    "order-select": ("leg-pain-order-select",),
    "order-sign": ("leg-pain-order-sign",),
    "encounter-discharge": ("leg-pain-encounter-discharge",),
}
# In rounds, which can be shared between processes; two requests for each damaged body.
ROUNDS = range(10 * TIMES)
IN_A_ROUND = 25
LARGEST = 400_000


@cache
def shipped(folder: Path) -> Json:
    """The request of a sandbox case."""
    return read_case(folder)[1]


@cache
def of_real_patients() -> list[Json]:
    """Requests made of the records of dev and of every odd file, those that are not too large."""
    found: list[Json] = []
    for path in sorted((FOLDER / "dev").glob("*.json")):
        if path.stat().st_size < LARGEST:
            found.append(request_from_bundle(json.loads(path.read_bytes())))
    for _, document in odd_documents():
        if len(json.dumps(document)) < LARGEST:
            found += requests_with(document)
    return [body for body in found if isinstance(body, dict)]


def send(client: FlaskClient, body: bytes, service: str, what: str) -> bool:
    """To the service and to explain; whether the request was reasoned about."""
    answers = [
        answered(client, post(f"/{interface}/{service}", body), what)
        for interface in ("cds-services", "explain")
    ]
    return answers[0].status_code == 200


@pytest.mark.parametrize("number", ROUNDS)
def test_no_damage_to_a_shipped_request_stops_the_service(real: FlaskClient, number: int) -> None:
    """Dropped, retyped, swapped, nested, repeated, stretched; and cut as bytes."""
    chance, reasoned = dice("shipped", number), 0
    for attempt in range(IN_A_ROUND):
        folder = chance.choice(CASES)
        request = shipped(folder)
        body, done = damaged(request, chance)
        data, more = damaged_somehow(json.dumps(body).encode(), chance)
        what = f"seed {SEED} round {number} attempt {attempt}: {folder.name}: {done + more}"
        reasoned += send(real, data, chance.choice(SERVICES[request["hook"]]), what)
    assert reasoned > IN_A_ROUND // 4, "most requests were refused before anything read them"


@pytest.mark.skipif(not FOLDER.parts, reason="CDS_TEST_DATA is not set: no real patients here")
@pytest.mark.parametrize("number", range(2 * TIMES))
def test_no_damage_to_a_real_record_stops_the_service(real: FlaskClient, number: int) -> None:
    """The same with what real systems sent."""
    chance = dice("real", number)
    for attempt in range(IN_A_ROUND):
        hook = chance.choice(list(SERVICES))
        body, done = damaged(chance.choice(of_real_patients()) | {"hook": hook}, chance)
        what = f"seed {SEED} round {number} attempt {attempt}: {hook}: {done}"
        send(real, json.dumps(body).encode(), chance.choice(SERVICES[hook]), what)
