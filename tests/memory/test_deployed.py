"""The real server with several workers: what was answered 2xx is never lost."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract.requests import AS_OF, SERVICE
from tests.functional.server import Server, gunicorn
from tests.memory.room import SECRET, overridden, patient_view, rows
from tests.memory.test_silence import RESTLESS


AT = datetime(2026, 11, 21, 18, tzinfo=UTC)
POSTS = 1_000


def workers_of(server: Server) -> list[int]:
    """Process ids of the workers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def card_of(server: Server) -> dict[str, Any]:
    """A card, from whichever worker answers."""
    body = patient_view(*RESTLESS, at=AT) | {"extension": {AS_OF: AT.isoformat()}}
    answer = server.call("POST", SERVICE, body)
    card: dict[str, Any] = answer.json["cards"][0]
    return card


def test_killing_a_worker_loses_no_feedback(database_url: str) -> None:
    """1,000 posts by eight threads; workers are killed without warning in the middle."""
    with gunicorn(
        CDS_DATABASE_URL=database_url, CDS_SITE_SECRET=SECRET, CDS_LOG_LEVEL="ERROR"
    ) as server:
        card = card_of(server)["uuid"]
        taken: list[datetime] = []
        counting = threading.Lock()

        def post(n: int) -> None:
            moment = AT + timedelta(seconds=n)
            body = {"feedback": [overridden(card, moment)]}
            try:
                status = server.call("POST", f"{SERVICE}/feedback", body).status
            except OSError:
                return  # the connection broke with the worker: the client knows nothing, and repeats
            if status == 204:
                with counting:
                    taken.append(moment)
                    count = len(taken)
                if count in {200, 500}:
                    os.kill(workers_of(server)[0], signal.SIGKILL)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(post, range(POSTS)))
        assert len(taken) > POSTS / 2
    kept = {_instant(row.outcome_at) for row in rows(database_url, "feedback")}
    assert set(taken) <= kept


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def test_a_normal_stop_loses_nothing(database_url: str) -> None:
    """What was issued before the stop can be answered after the next start, by any worker."""
    settings = {"CDS_DATABASE_URL": database_url, "CDS_SITE_SECRET": SECRET}
    with gunicorn(**settings) as server:
        cards = [card_of(server)["uuid"] for _ in range(20)]
    with gunicorn(**settings) as server:
        items = [overridden(card, AT) for card in cards]
        answer = server.call("POST", f"{SERVICE}/feedback", {"feedback": items})
        assert answer.status == 204
    assert len(rows(database_url, "feedback")) == 20
    assert rows(database_url, "unknown_feedback") == []
