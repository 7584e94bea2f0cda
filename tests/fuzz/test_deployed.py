"""Damaged requests to the server as it is deployed: it answers, and its memory stays what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.gather.sandbox import read_case
from tests.functional.server import Server, gunicorn
from tests.fuzz.changes import damaged, damaged_bytes
from tests.fuzz.measure import SEED, TIMES, dice
from tests.fuzz.test_mutations import CASES, SERVICES
from tests.memory.room import SECRET


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


def test_no_damage_stops_the_server(server: Server) -> None:
    """Bodies damaged as JSON and as bytes; no 5xx, no lost connection, bounded memory."""
    chance = dice("deployed")
    worker = _worker_of(server.process.pid)
    before = 0
    for attempt in range(REQUESTS):
        if attempt == REQUESTS // 5:  # what is loaded at first use is loaded now
            before = _resident(worker)
        folder = chance.choice(CASES)
        request = read_case(folder)[1]
        body, done = damaged(request, chance)
        data = json.dumps(body).encode()
        if chance.random() < 0.3:
            data, done = damaged_bytes(data, chance), [*done, "bytes"]
        service = chance.choice(SERVICES[request["hook"]])
        answer = server.call("POST", f"/cds-services/{service}", data)
        assert answer.status < 500, f"seed {SEED} attempt {attempt}: {folder.name}: {done}"
    assert _worker_of(server.process.pid) == worker, "the worker was replaced"
    assert _resident(worker) - before < MOST_GROWTH


def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    return int(children[0])


def _resident(process: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
