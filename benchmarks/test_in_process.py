"""Bytes in to bytes out, in process: a 60 kB and a 1 MB patient (pytest-benchmark).

Run by ``make bench``. Time may grow no faster than the input; compare the medians.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cds_service.app import create_app
from tools.bench_requests import generated_request


URL = "/cds-services/leg-pain-patient-view"


@pytest.mark.parametrize("size", [60_000, 1_000_000])
def test_bytes_in_to_bytes_out(benchmark: Any, size: int) -> None:
    """One speaking request of this size through the whole application."""
    client = create_app().test_client()
    body = orjson.dumps(generated_request(size, speaking=True))
    answer = benchmark(lambda: client.post(URL, data=body, content_type="application/json"))
    assert answer.status_code == 200
    assert answer.get_json()["cards"]
