"""Bytes in to bytes out, in process: a 60 kB and a 1 MB patient (pytest-benchmark).

Run by ``make bench``. Processor time may grow no faster than the input.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from benchmarks.conftest import Growth
from cds_service.app import create_app
from cds_service.settings import Settings
from tools.bench_requests import generated_request


URL = "/cds-services/leg-pain-patient-view"


@pytest.mark.parametrize("size", [60_000, 1_000_000])
def test_bytes_in_to_bytes_out(benchmark: Any, growth: Growth, size: int) -> None:
    """One speaking request of this size through the whole application."""
    client = create_app(Settings(allow_as_of=True, log_level="WARNING")).test_client()
    body = orjson.dumps(generated_request(size, speaking=True))
    answer = benchmark(lambda: client.post(URL, data=body, content_type="application/json"))
    assert answer.status_code == 200
    assert answer.get_json()["cards"]
    growth.add(len(body), benchmark.stats.stats.min)


def test_time_grows_no_faster_than_the_input(growth: Growth) -> None:
    """The larger request takes at most its share of bytes more (10 % are noise)."""
    assert growth.of_time <= growth.of_bytes * 1.1
