"""A database that is locked, gone, read-only, full or half made: cards still come, feedback says 503."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from cds_service.app import create_app
from cds_service.core.errors import UnavailableError
from cds_service.core.knowledge import Knowledge
from cds_service.core.memory import MemoryRules
from cds_service.knowledge.feedback import load_memory_rules
from cds_service.settings import Settings
from cds_service.store import memory as memory_module
from cds_service.store.database import Database
from cds_service.store.memory import Remembered
from cds_service.store.migrate import upgrade
from cds_service.store.reports import Review
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import SERVICE, pv
from tests.memory.postgres import new_database
from tests.memory.room import SECRET, Room, accepted, overridden, rows


URL = f"{SERVICE}/feedback"
AT = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.fixture
def served(knowledge: Knowledge, tmp_path: Path) -> Any:
    """Fixed cards, and a SQLite file to do harm to; waits are short."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        site_secret=SecretStr(SECRET),
        database_seconds=0.2,
    )
    moments = [AT]
    app = create_app(
        settings, clock=lambda: moments[-1], knowledge=knowledge, advisor=FixedAdvisor()
    )
    with Room(app, moments) as room:
        yield room


def locked(file: Path) -> Callable[[], None]:
    """Somebody else writes, and does not finish."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other.close


def gone(file: Path) -> Callable[[], None]:
    """The file is replaced by a folder."""
    kept = file.with_suffix(".kept")
    for each in file.parent.glob("cds.sqlite3-*"):
        each.unlink()
    file.rename(kept)
    file.mkdir()

    def back() -> None:
        file.rmdir()
        kept.rename(file)

    return back


def no_database(file: Path) -> Callable[[], None]:
    """The file holds something else."""
    content = file.read_bytes()
    for each in file.parent.glob("cds.sqlite3-*"):
        each.unlink()
    file.write_bytes(b"this is no database " * 1000)

    def back() -> None:
        for each in file.parent.glob("cds.sqlite3-*"):
            each.unlink()
        file.write_bytes(content)

    return back


@pytest.mark.parametrize("harm", [locked, gone, no_database])
def test_without_its_database_the_service_speaks_and_feedback_waits(
    served: Room,
    tmp_path: Path,
    harm: Callable[[Path], Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cards without memory, said by the health interface; 503 with Retry-After; then all is well again."""
    monkeypatch.setattr(memory_module, "_PAUSE_SECONDS", 0.0)
    card = served.client.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
    remembered = served.app.extensions["cds_memory"]
    remembered.close()
    repair = harm(tmp_path / "cds.sqlite3")
    assert len(served.client.post(SERVICE, json=pv()).get_json()["cards"]) == 2
    assert remembered.failures
    monkeypatch.setattr(remembered, "_paused_until", float("inf"))
    assert served.client.get("/health/ready").get_json()["memory"] == "unavailable"
    monkeypatch.setattr(remembered, "_paused_until", 0.0)
    assert served.client.get("/health/ready").get_json()["memory"] == "kept"
    answer = served.client.post(URL, json={"feedback": [overridden(card, AT)]})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    # Readers of a locked SQLite file go on; without a database there is nothing to read.
    assert served.client.get("/reports").status_code == (200 if harm is locked else 503)
    remembered.close()
    repair()
    assert rows(f"sqlite:///{tmp_path / 'cds.sqlite3'}", "feedback") == []
    assert served.client.post(URL, json={"feedback": [overridden(card, AT)]}).status_code == 204


def test_a_full_disk(served: Room, tmp_path: Path) -> None:
    """The database may grow no more: nothing half-written, and it goes on when there is room."""
    card = served.client.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
    file = tmp_path / "cds.sqlite3"
    engine = served.app.extensions["cds_memory"].lasting.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    items = [
        overridden(card, AT + timedelta(seconds=n))
        | {"overrideReason": {"userComment": "x" * 2000}}
        for n in range(500)
    ]
    assert served.client.post(URL, json={"feedback": items}).status_code == 503
    assert rows(f"sqlite:///{file}", "feedback") == []
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert served.client.post(URL, json={"feedback": items}).status_code == 204
    assert len(rows(f"sqlite:///{file}", "feedback")) == 500


def test_a_server_that_has_stopped_answering(
    knowledge: Knowledge, postgres_port: int, request: pytest.FixtureRequest
) -> None:
    """The connection is open and says nothing: it is given up, and a new one taken."""
    settings = Settings(
        database_url=new_database(postgres_port),
        site_secret=SecretStr(SECRET),
        database_seconds=0.2,
    )
    app = create_app(settings, clock=lambda: AT, knowledge=knowledge, advisor=FixedAdvisor())
    with Room(app, [AT]) as room:
        card = room.client.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
        remembered = room.app.extensions["cds_memory"]
        for database in (remembered.calls, remembered.lasting):
            with database.reading() as connection:
                backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            os.kill(backend, signal.SIGSTOP)
            request.addfinalizer(partial(os.kill, backend, signal.SIGCONT))
        thread = ThreadPoolExecutor(1)  # else the test would wait as long as the service might
        answer = thread.submit(room.client.post, SERVICE, json=pv()).result(timeout=60)
        assert len(answer.get_json()["cards"]) == 2
        said = thread.submit(room.client.post, URL, json={"feedback": [overridden(card, AT)]})
        assert said.result(timeout=60).status_code == 204


def test_purging_goes_on_where_it_broke_off(served: Room, tmp_path: Path) -> None:
    """It takes many short transactions, none of which keeps calls waiting or takes too long for a server."""
    remembered = served.app.extensions["cds_memory"]
    for _ in range(600):
        assert served.client.post(SERVICE, json=pv()).status_code == 200
        served.moments[:] = [served.now + timedelta(seconds=1)]
    with sqlite3.connect(tmp_path / "cds.sqlite3") as harm:
        (last,) = harm.execute("SELECT id FROM issued_card ORDER BY issued_at DESC").fetchone()
        harm.execute(
            f"CREATE TRIGGER broken BEFORE DELETE ON issued_card WHEN old.id = '{last}' "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(UnavailableError):
        remembered.purge(AT + timedelta(days=1))
    url = f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    left = len(rows(url, "issued_card"))
    assert 0 < left < 1_200
    with sqlite3.connect(tmp_path / "cds.sqlite3") as repair:
        repair.execute("DROP TRIGGER broken")
    assert remembered.purge(AT + timedelta(days=1)) == left
    assert rows(url, "issued_card") == []


def test_a_read_only_database(served: Room) -> None:
    """Reading goes on, so silence holds; writing does not."""
    card = served.client.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
    engine = served.app.extensions["cds_memory"].lasting.engine
    connections = [engine.connect() for _ in range(8)]
    for connection in connections:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    for connection in connections:
        connection.close()
    assert served.client.post(URL, json={"feedback": [overridden(card, AT)]}).status_code == 503
    assert served.client.get("/reports").status_code == 200


def test_a_database_that_never_was(knowledge: Knowledge, tmp_path: Path) -> None:
    """The service starts without it, answers, and says so."""
    (tmp_path / "file").write_text("no folder")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'file' / 'cds.sqlite3'}", site_secret=SecretStr(SECRET)
    )
    app = create_app(settings, knowledge=knowledge, advisor=FixedAdvisor())
    assert app.test_client().post(SERVICE, json=pv()).status_code == 200
    assert app.test_client().post(URL, json={"feedback": [overridden("x", AT)]}).status_code == 503


def test_a_database_of_a_newer_version(knowledge: Knowledge, tmp_path: Path) -> None:
    """It is left alone."""
    url = f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    upgrade(Database(url))
    with sqlite3.connect(tmp_path / "cds.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    settings = Settings(database_url=url, site_secret=SecretStr(SECRET))
    app = create_app(settings, knowledge=knowledge, advisor=FixedAdvisor())
    assert app.test_client().post(SERVICE, json=pv()).status_code == 200
    assert app.test_client().post(URL, json={"feedback": [overridden("x", AT)]}).status_code == 503


def test_without_memory_by_setting(knowledge: Knowledge) -> None:
    """Feedback is refused, not swallowed."""
    app = create_app(Settings(database_url="off"), knowledge=knowledge, advisor=FixedAdvisor())
    assert app.test_client().post(SERVICE, json=pv()).status_code == 200
    assert app.test_client().post(URL, json={"feedback": [overridden("x", AT)]}).status_code == 503
    assert app.test_client().post(URL, json={"feedback": []}).status_code == 204


def test_secrets_are_long_or_made(tmp_path: Path) -> None:
    """A short one stops the start; with PostgreSQL one has to be set; one that is made is private."""
    url = f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    with pytest.raises(ValueError, match="32"):
        create_app(Settings(database_url=url, site_secret=SecretStr("short")))
    with pytest.raises(ValueError, match="CDS_SITE_SECRET"):
        create_app(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    create_app(Settings(database_url=url))
    assert (tmp_path / "cds.secret").stat().st_mode & 0o777 == 0o600


def test_the_file_of_the_database_is_its_owner_s(knowledge: Knowledge, tmp_path: Path) -> None:
    """Comments of clinicians may name patients; what SQLite puts beside it follows."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'new' / 'cds.sqlite3'}")
    app = create_app(settings, knowledge=knowledge, advisor=FixedAdvisor())
    assert app.test_client().post(SERVICE, json=pv()).status_code == 200
    files = sorted((tmp_path / "new").glob("cds.sqlite3*"))
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_half_a_secret_is_none(tmp_path: Path) -> None:
    """What a full disk left of it would make pseudonyms that anybody could make."""
    url, file = f"sqlite:///{tmp_path / 'cds.sqlite3'}", tmp_path / "cds.secret"
    file.touch()
    client = create_app(Settings(database_url=url)).test_client()
    assert client.get("/health/ready").get_json()["memory"] == "unavailable"
    assert file.read_bytes() == b""
    file.unlink()
    assert client.post(URL, json={"feedback": [overridden("x", AT)]}).status_code == 204
    assert len(file.read_bytes()) == 64


@pytest.fixture
def rules() -> MemoryRules:
    """The shipped ones."""
    return load_memory_rules()


def test_fifty_threads_with_the_same_and_different_feedback(room: Room, database_url: str) -> None:
    """Each answer is there once, whoever came first; none is refused."""
    from tests.memory.test_silence import again  # noqa: PLC0415

    cards = [again(room, patient=f"p{n}")[0] for n in range(10)]

    def post(n: int) -> int:
        card = cards[n % 10]
        same = accepted(card["uuid"], AT, card["suggestions"][0]["uuid"])
        mine = overridden(card["uuid"], AT + timedelta(seconds=n))
        body = {"feedback": [same, mine, overridden(str(uuid4()), AT)]}
        answer = room.app.test_client().post(URL, json=body)
        return answer.status_code

    with ThreadPoolExecutor(50) as threads:
        assert set(threads.map(post, range(50))) == {204}
    found = rows(database_url, "feedback")
    assert len([row for row in found if row.outcome == "accepted"]) == 10
    assert len([row for row in found if row.outcome == "overridden"]) == 50
    assert len(rows(database_url, "accepted_suggestion")) == 10
    assert sum(row.count for row in rows(database_url, "unknown_feedback")) == 50


def test_a_card_is_known_only_to_its_client(database_url: str, rules: MemoryRules) -> None:
    """Another client's answer to it is counted as unknown, and changes nothing."""
    from cds_service.core.feedback import Answered  # noqa: PLC0415
    from cds_service.store.issuing import Issue, IssuedCard  # noqa: PLC0415
    from cds_service.store.memory import Subjects  # noqa: PLC0415

    database = Database(database_url)
    remembered = Remembered(database, database, rules, SECRET.encode, Review())
    card = IssuedCard(
        id=str(uuid4()), topic="t", rule="r", indicator="info", parts=(("t", "f"),), suggestions=()
    )
    issue = Issue(
        client="north", service="s", hook="patient-view", hook_instance="", moment="complaint",
        knowledge="1", patient="", clinician="", as_of=AT, simulated=False, issued_at=AT,
    )  # fmt: skip
    north = Subjects(client="north", patient_id="p1", user_id="Practitioner/a")
    assert remembered.issue(north, issue, [card])
    answer = Answered(card=card.id, outcome="overridden", outcome_at=AT)
    assert remembered.answer("south", "s", [answer], AT).unknown == 1
    assert remembered.answer("north", "s", [answer], AT).kept == 1
    later = AT + timedelta(hours=1)
    south = Subjects(client="south", patient_id="p1", user_id="Practitioner/a")
    memory = remembered.recall(south, "", later)
    assert memory is not None
    assert not memory
    assert remembered.recall(north, "", later)
    remembered.close()
