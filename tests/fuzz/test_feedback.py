"""D-1 for feedback: damaged answers to real cards, on both databases; and for what reads them, the reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random  # noqa: TID251 (a type here; `measure.dice` makes them)
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.fuzz.addresses import Addresses
from tests.fuzz.call import Call, answered, post
from tests.fuzz.changes import damaged, damaged_somehow
from tests.fuzz.garbage import LEAVES, VALUES
from tests.fuzz.measure import SEED, TIMES, dice, examples
from tests.fuzz.test_mutations import CASES, SERVICES, shipped
from tests.memory.postgres import new_database, postgres
from tests.memory.room import REASONS, SECRET, accepted, overridden


Json = dict[str, Any]
POSTS = 75 * TIMES
QUERIES = 40 * TIMES
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "card": st.sampled_from(("\0", "a\0b", "\ufffd", " ")) | LEAVES,
        "outcome": st.sampled_from(("accepted", "overridden")) | VALUES,
        "outcomeTimestamp": st.just("2026-11-21T10:00:00Z") | VALUES,
        "acceptedSuggestions": st.lists(st.fixed_dictionaries({"id": VALUES})) | VALUES,
        "overrideReason": st.fixed_dictionaries({"reason": VALUES, "userComment": VALUES}) | VALUES,
    },
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The service with a memory in each kind of database."""
    if request.param == "sqlite":
        file: Path = tmp_path_factory.mktemp("feedback") / "cds.sqlite3"
        yield from _served(f"sqlite:///{file}", knowledge)
    else:
        with postgres() as port:
            yield from _served(new_database(port), knowledge)


def _served(url: str, knowledge: Knowledge) -> Iterator[Flask]:
    settings = Settings(log_level="ERROR", database_url=url, site_secret=SecretStr(SECRET))
    app = create_app(settings, clock=lambda: NOW, knowledge=knowledge)
    yield app
    app.extensions["cds_memory"].close()


@pytest.fixture(scope="module")
def cards(kept: Flask) -> list[Json]:
    """Cards of some sandbox cases."""
    client, chance, found = kept.test_client(), dice("cards"), list[Json]()
    while len(found) < 20:
        request = shipped(chance.choice(CASES))
        service = SERVICES[request["hook"]][0]
        found += client.post(f"/cds-services/{service}", json=request).get_json()["cards"]
    return found


def answers(cards: list[Json], chance: Random) -> list[Json]:
    """What clinicians might answer to a few of them."""
    found = []
    for card in chance.choices(cards, k=chance.randint(1, 4)):
        coding = {"code": "patient-refuses", "system": REASONS, "display": "Refused"}
        why = {"reason": coding, "userComment": "not today"}
        said = overridden(card["uuid"], NOW) | {"overrideReason": why}
        suggestions = [each["uuid"] for each in card.get("suggestions", ())]
        found.append(chance.choice((said, accepted(card["uuid"], NOW, *suggestions))))
    return found


def test_no_damage_to_feedback_stops_the_service(kept: Flask, cards: list[Json]) -> None:
    """Any status under 500; afterwards feedback is taken and reported as before."""
    client, chance = kept.test_client(), dice("feedback")
    services = [each for some in SERVICES.values() for each in some]
    for attempt in range(POSTS):
        body, done = damaged({"feedback": answers(cards, chance)}, chance)
        data, more = damaged_somehow(json.dumps(body).encode(), chance)
        call = post(f"/cds-services/{chance.choice(services)}/feedback", data)
        answered(client, call, f"seed {SEED} attempt {attempt}: {done + more}")
    sound = json.dumps({"feedback": answers(cards, chance)}).encode()
    assert (
        answered(client, post(f"/cds-services/{services[0]}/feedback", sound), "").status_code
        == 204
    )
    assert answered(client, Call("GET", "/reports"), "").get_json()["overrides"]


@examples(60)
@given(items=st.lists(ITEM | VALUES, max_size=4))
def test_no_garbage_as_feedback_stops_the_service(
    kept: Flask, cards: list[Json], items: list[Any]
) -> None:
    """Half of them about a real card."""
    about = [{**each, "card": cards[0]["uuid"]} for each in items if isinstance(each, dict)]
    call = post(
        "/cds-services/leg-pain-patient-view/feedback",
        json.dumps({"feedback": [*items, *about]}).encode(),
    )
    answered(kept.test_client(), call, f"seed {SEED}")


def test_no_query_stops_the_reports(kept: Flask, cards: list[Json], knowledge: Knowledge) -> None:
    """As data, as a page and as a table."""
    client, chance = kept.test_client(), dice("reports")
    addresses = Addresses(kept, knowledge, [folder.name for folder in CASES])
    for attempt in range(QUERIES):
        path = chance.choice(("/reports", "/reports", "/reports.csv"))
        kind = chance.choice(("application/json", "text/html"))
        call = Call("GET", path + addresses.report_query(chance), b"", (("Accept", kind),))
        answered(client, call, f"seed {SEED} attempt {attempt}: {call.target}")
