"""The service as it is deployed: gunicorn with two workers, over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from cds_service.gather.sandbox import read_case
from cds_service.settings import data_folder
from tests.contract.requests import EXPLAIN, OUTCOME, SERVICE, pv, with_prefetch
from tests.functional.server import Server, gunicorn


CASES = data_folder("fixtures") / "cases"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all tests of this module."""
    with gunicorn(CDS_LOG_LEVEL="WARNING") as started:
        yield started


def test_a_case_gets_cards_and_reasons(server: Server) -> None:
    """Discovery to card: the service id, the call, the explanation."""
    service = server.call("GET", "/cds-services").json["services"][0]["id"]
    _, request = read_case(CASES / "rest-pain-burning-feet-diabetes")
    cards = server.call("POST", f"/cds-services/{service}", request).json["cards"]
    assert cards
    explained = server.call("POST", f"/explain/{service}", request).json
    assert explained["gate"]["open"] is True
    assert explained["differential"]


def test_silence_without_complaint(server: Server) -> None:
    """A patient without leg complaint gets no card."""
    assert server.call("POST", SERVICE, pv()).json == {"cards": []}


def test_the_answer_is_the_same_on_every_worker(server: Server) -> None:
    """Twenty at once, all alike but for the ids."""
    _, request = read_case(CASES / "rest-pain-burning-feet-diabetes")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.call("POST", EXPLAIN, request).body, range(20)))
    assert len(set(answers)) == 1


def test_no_product_is_named(server: Server) -> None:
    """Neither in the Server header nor anywhere else."""
    answer = server.call("GET", "/cds-services")
    assert answer.headers["server"] == "cds"
    assert not any(
        word in str(answer.headers).lower() for word in ("gunicorn", "werkzeug", "python")
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        pv(prefetch=...),
        pv(prefetch=None),
        pv(context={}),
        with_prefetch(conditions=OUTCOME, findings="<html>"),
        b"[" * 100_000,
        b'{"a":"' + b"x" * 6_000_000 + b'"}',
    ],
    ids=["empty", "cut", "no-prefetch", "null-prefetch", "no-context", "outcome", "deep", "large"],
)
def test_d_1_no_request_stops_the_service(server: Server, body: object) -> None:
    """Never 5xx, and the next call is answered."""
    # A body beyond the limit may be cut off before it is sent completely.
    with suppress(BrokenPipeError, ConnectionResetError):
        assert server.call("POST", SERVICE, body).status < 500
    assert server.call("GET", "/health/live").status == 200


def test_an_address_with_odd_characters_is_404(server: Server) -> None:
    """No redirect, no stack trace."""
    for path in (
        "/cds-services/%00",
        "/cds-services/%2e%2e",
        "/cds-services/a%20b",
    ):
        assert server.call("POST", path, pv()).status == 404
