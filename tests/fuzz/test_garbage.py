"""D-1 with FHIR that nobody ever wrote: right names, any values."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given

from tests.fuzz.call import answered, post
from tests.fuzz.garbage import requests
from tests.fuzz.measure import SEED, examples


SERVICE_OF = {
    "patient-view": "leg-pain-patient-view",
    "order-sign": "leg-pain-order-sign",
    "problem-list-item-create": "leg-pain-problem-list-item-create",
    "order-select": "leg-pain-order-select",
    "encounter-start": "leg-pain-encounter-start",
    "encounter-discharge": "leg-pain-encounter-discharge",
}


@examples(100)
@given(body=requests())
def test_no_garbage_stops_the_service(real: FlaskClient, body: dict[str, Any]) -> None:
    """2xx or 4xx, always a valid document (the client of the suite checks that)."""
    data = json.dumps(body).encode()
    for interface in ("cds-services", "explain"):
        url = f"/{interface}/{SERVICE_OF[body['hook']]}"
        answered(real, post(url, data), f"seed {SEED}")
