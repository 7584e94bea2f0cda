"""Damaged requests to the server as it is deployed: it answers, and its memory stays what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random  # noqa: TID251 (a type here; `measure.dice` makes them)

import pytest

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.functional.server import Server, gunicorn
from tests.functional.test_broken_http import answers_to
from tests.fuzz.addresses import Addresses
from tests.fuzz.call import Call, kept_if_wrong, post
from tests.fuzz.changes import damaged, damaged_somehow
from tests.fuzz.measure import SEED, TIMES, dice
from tests.fuzz.test_mutations import CASES, SERVICES, shipped
from tests.memory.room import SECRET


PLACES = ("/cds-services/{}", "/cds-services/{}", "/explain/{}", "/cds-services/{}/feedback")
LONGEST_UNREAD = 8_000  # gunicorn reads 8 kB at a time
REQUESTS = 150 * TIMES
# Allocators keep what they once had; a leak of one request's data in each call would be far more.
MOST_GROWTH = 120_000_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One worker, so that all requests meet in one process."""
    with gunicorn(
        CDS_LOG_LEVEL="ERROR",
        CDS_WORKERS="1",
        CDS_DATABASE_URL=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        CDS_SITE_SECRET=SECRET,
    ) as started:
        yield started


def test_no_damage_stops_the_server(server: Server, knowledge: Knowledge) -> None:
    """Bodies and whole requests, damaged; no 5xx, no lost answer, no lost worker, bounded memory."""
    chance = dice("deployed")
    worker = _worker_of(server.process.pid)
    addresses = Addresses(create_app(Settings()), knowledge, [folder.name for folder in CASES])
    before = 0
    for attempt in range(REQUESTS):
        if attempt == REQUESTS // 5:  # what is loaded at first use is loaded now
            before = _resident(worker)
        call = _damaged_call(chance) if chance.random() < 0.7 else _small_call(addresses, chance)
        with kept_if_wrong(call, f"seed {SEED} attempt {attempt}"):
            statuses = [status for status, _ in answers_to(server, call.wire())]
            assert statuses, "no answer"
            assert max(statuses) < 500 or statuses == [501], statuses  # of a coding that is none
    assert _worker_of(server.process.pid) == worker, "the worker was replaced"
    assert server.call("GET", "/health/ready").status == 200
    assert _resident(worker) - before < MOST_GROWTH


def _small_call(addresses: Addresses, chance: Random) -> Call:
    """To any address. What is refused unread closes the connection, and a long rest may cost the answer."""
    while len((call := addresses.call(chance)).wire()) > LONGEST_UNREAD:
        pass
    return call


def _damaged_call(chance: Random) -> Call:
    """To a service, to explain, or to feedback."""
    request = shipped(chance.choice(CASES))
    service = chance.choice(SERVICES[request["hook"]])
    data, _ = damaged_somehow(json.dumps(damaged(request, chance)[0]).encode(), chance)
    return post(chance.choice(PLACES).format(service), data)


def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    return int(children[0])


def _resident(process: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
