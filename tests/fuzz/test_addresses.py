"""D-1 for everything around the body: paths, methods, queries, headers, forms; pages for people too."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.core.knowledge import Knowledge
from tests.fuzz.addresses import FORM, Addresses
from tests.fuzz.call import Call, answered
from tests.fuzz.changes import damaged, damaged_somehow
from tests.fuzz.measure import SEED, TIMES, dice
from tests.fuzz.test_mutations import CASES, shipped


CALLS = 300 * TIMES
TRIES = 25 * TIMES


@pytest.fixture(scope="module")
def addresses(fuzzed: Flask, knowledge: Knowledge) -> Addresses:
    """Every route of the application."""
    return Addresses(fuzzed, knowledge, [folder.name for folder in CASES])


def test_no_address_and_no_header_stops_the_service(
    real: FlaskClient, addresses: Addresses
) -> None:
    """Any status under 500; JSON where it is promised."""
    chance = dice("addresses")
    statuses = set()
    for attempt in range(CALLS):
        call = addresses.call(chance)
        what = f"seed {SEED} attempt {attempt}: {call.method} {call.target[:200]!r} {call.headers}"
        statuses.add(answered(real, call, what).status_code)
    assert {200, 400, 404, 405} <= statuses, "some ways were not gone at all"


def test_no_pasted_request_stops_the_page(real: FlaskClient, addresses: Addresses) -> None:
    """The page to try it, with damaged requests and damaged switches; what is refused is said on the page."""
    chance = dice("pasted")
    for attempt in range(TRIES):
        folder = chance.choice(CASES)
        body, done = damaged(shipped(folder), chance)
        text, more = damaged_somehow(json.dumps(body).encode(), chance)
        switches = addresses.switches(chance)
        form = urlencode([*switches, ("request", text)], errors="surrogatepass").encode()
        headers = (("Content-Type", FORM), *chance.choice(((), (("HX-Request", "true"),))))
        what = f"seed {SEED} attempt {attempt}: {folder.name}: {done + more} {switches}"
        answered(real, Call("POST", "/try", form, headers), what)
