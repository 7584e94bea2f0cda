"""JWT-12: a token counts once, whichever thread, worker or machine it comes to; without database nobody."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_service.app import create_app
from cds_service.core.errors import UnavailableError
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store.database import Database
from cds_service.store.nonces import UsedTokens
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import SERVICE, pv
from tests.functional.server import free_port, gunicorn
from tests.functional.trust.signer import BASE, Signer, clients_file, jwt_settings
from tests.memory.room import SECRET, rows


AT = datetime(2026, 11, 21, 18, tzinfo=UTC)
SOON = AT + timedelta(minutes=6)


@pytest.fixture
def used(database_url: str) -> Callable[..., UsedTokens]:
    """Makes the store, as each process has its own."""
    return lambda clock=lambda: AT: UsedTokens(Database(database_url), clock)


def test_the_second_use_is_told_from_the_first(used: Callable[..., UsedTokens]) -> None:
    """By issuer and jti together, in another process as well."""
    one, other = used(), used()
    assert one.first_use("a", "1", SOON)
    assert not one.first_use("a", "1", SOON)
    assert not other.first_use("a", "1", SOON)
    assert other.first_use("b", "1", SOON)
    assert other.first_use("a", "11", SOON)
    assert other.first_use("a1", "1", SOON)
    one.close()
    other.close()


@pytest.mark.parametrize("jti", ["x" * 7_000, "\0", "'; DROP TABLE used_token; --", "\ud800", "é"])
def test_any_text_is_a_jti(used: Callable[..., UsedTokens], jti: str) -> None:
    """Only its digest is kept."""
    store = used()
    assert store.first_use("a", jti, SOON)
    assert not store.first_use("a", jti, SOON)
    store.close()


def test_one_of_many_at_once_is_the_first(used: Callable[..., UsedTokens]) -> None:
    """Eight threads, two processes' worth of connections, twenty tokens."""
    stores = [used(), used()]
    with ThreadPoolExecutor(8) as pool:
        for n in range(20):
            uses = pool.map(lambda k, n=n: stores[k % 2].first_use("a", f"t{n}", SOON), range(8))
            assert sum(uses) == 1
    for store in stores:
        store.close()


def test_expired_tokens_are_forgotten(used: Callable[..., UsedTokens], database_url: str) -> None:
    """By later calls; those that still live are kept."""
    moments = [AT]
    store = used(lambda: moments[-1])
    store.first_use("a", "short", AT + timedelta(minutes=1))
    store.first_use("a", "long", AT + timedelta(hours=1))
    moments.append(AT + timedelta(minutes=5))
    store.first_use("a", "next", AT + timedelta(minutes=10))
    assert len(rows(database_url, "used_token")) == 2
    assert not store.first_use("a", "long", AT + timedelta(hours=1))
    store.close()


def test_without_its_database_the_store_says_so(tmp_path: Path) -> None:
    """Neither first nor second."""
    (tmp_path / "x.sqlite3").write_bytes(b"no database" * 100)
    store = UsedTokens(Database(f"sqlite:///{tmp_path / 'x.sqlite3'}"), lambda: AT)
    with pytest.raises(UnavailableError):
        store.first_use("a", "1", SOON)
    store.close()


def test_a_token_counts_once_over_workers_and_machines(database_url: str, tmp_path: Path) -> None:
    """Two services with two workers each: of six uses of each of twenty tokens one gets an answer."""
    ehr = Signer("https://ehr.example.org")
    settings = jwt_settings(
        clients_file(tmp_path, ehr.entry("ehr")),
        CDS_DATABASE_URL=database_url,
        CDS_SITE_SECRET=SECRET,
        CDS_LOG_LEVEL="ERROR",
    )
    body = pv()
    with gunicorn(**settings) as one, gunicorn(**settings) as two, ThreadPoolExecutor(6) as pool:
        for _ in range(20):
            headers = ehr.authorization(SERVICE)
            answers = pool.map(
                lambda server, headers=headers: server.call("POST", SERVICE, body, headers).status,
                [one, two] * 3,
            )
            assert sorted(answers) == [200, 401, 401, 401, 401, 401]
    # And after a restart.
    with gunicorn(**settings) as again:
        assert again.call("POST", SERVICE, body, headers).status == 401


def test_without_database_nobody_is_let_in(
    tmp_path: Path, knowledge: Knowledge, advisor: FixedAdvisor
) -> None:
    """503 with Retry-After for whoever has a good token; a bad one is refused as ever."""
    ehr = Signer("https://ehr.example.org")
    settings = Settings(
        auth_mode="jwt",
        public_url=BASE,
        clients_file=clients_file(tmp_path, ehr.entry("ehr")),
        database_url=f"postgresql+psycopg://cds@127.0.0.1:{free_port()}/none",
        database_seconds=0.1,
        site_secret=SECRET,  # type: ignore[arg-type]
    )
    client = create_app(settings, knowledge=knowledge, advisor=advisor).test_client()
    answer = client.post(SERVICE, json=pv(), headers=ehr.authorization(SERVICE))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert advisor.considered == []
    bad = client.post(SERVICE, json=pv(), headers=ehr.authorization("/other"))
    assert bad.status_code == 401
