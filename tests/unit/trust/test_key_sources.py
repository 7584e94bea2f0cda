"""The cache of key sets: rotation, unknown kids, failures; with a clock that stands still (JWT-04, 07, 15)."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cds_service.trust.key_sources import Ages, FetchedKeys, KeysUnavailableError
from tests.functional.trust.signer import Signer


OLD, NEW = Signer("x", kid="old"), Signer("x", kid="new")
AGES = Ages(fresh=timedelta(minutes=10), stale=timedelta(hours=24), pause=timedelta(seconds=30))


class Site:
    """The client's key server, and the time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)
        self.asked: list[str] = []
        self.there: Any = OLD.key_set
        self.keys = FetchedKeys("https://e.example/jwks", self.fetch, lambda: self.now, AGES)

    def fetch(self, url: str) -> bytes:
        """What is there now."""
        self.asked.append(url)
        if isinstance(self.there, Exception):
            raise self.there
        return self.there if isinstance(self.there, bytes) else json.dumps(self.there).encode()

    def knows(self, kid: str) -> bool:
        """Whether there is a key of this name."""
        return self.keys.find(kid) is not None

    def later(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)


@pytest.fixture
def site() -> Site:
    """With one key, and nothing fetched yet."""
    return Site()


def test_one_set_serves_many_tokens(site: Site) -> None:
    """Nothing is fetched before the first, and once for all."""
    assert site.asked == []
    assert all(site.knows("old") for _ in range(100))
    assert site.asked == ["https://e.example/jwks"]


def test_jwt_04_an_unknown_kid_makes_us_look_once_in_an_interval(site: Site) -> None:
    """However many tokens carry it, or other ones."""
    site.knows("old")
    site.later(seconds=31)
    assert not any(site.knows(f"unknown-{n}") for n in range(50))
    assert len(site.asked) == 2
    site.later(seconds=31)
    assert not site.knows("unknown")
    assert len(site.asked) == 3


def test_jwt_07_a_new_key_works_after_a_look(site: Site) -> None:
    """And the old one dies with the set that it stood in."""
    site.knows("old")
    site.there = NEW.key_set
    assert not site.knows("new")  # looked at just now
    site.later(seconds=31)
    assert site.knows("old")  # until we look again
    assert site.knows("new")
    assert not site.knows("old")


def test_jwt_07_a_key_taken_back_dies_when_the_set_is_due(site: Site) -> None:
    """Though nobody asks for another one."""
    site.knows("old")
    site.there = {"keys": []}
    site.later(minutes=9, seconds=59)
    assert site.knows("old")
    site.later(seconds=1)
    assert not site.knows("old")


@pytest.mark.parametrize(
    "fault", [KeysUnavailableError("status 500"), b"<html>", b"{}", b"[]", b""], ids=repr
)
def test_jwt_15_the_last_set_counts_while_none_can_be_had(site: Site, fault: Any) -> None:
    """For a day, asked for again no more than twice a minute."""
    site.knows("old")
    site.there = fault
    site.later(minutes=10)
    for _ in range(10):
        assert site.knows("old")
    assert len(site.asked) == 2
    site.later(hours=23)
    assert site.knows("old")
    site.later(hours=1)
    assert not site.knows("old")
    site.there = OLD.key_set
    site.later(seconds=30)
    assert site.knows("old")


def test_jwt_15_without_any_set_nobody_is_known(site: Site) -> None:
    """And a server that fails is not asked for every token."""
    site.there = KeysUnavailableError("slow")
    assert not any(site.knows("old") for _ in range(20))
    assert len(site.asked) == 1
    site.there = OLD.key_set
    site.later(seconds=30)
    assert site.knows("old")


def test_threads_share_one_look(site: Site) -> None:
    """Eight at once, none before the others' answer; those with a known key never wait."""
    started, release = threading.Event(), threading.Event()
    fetch = site.fetch

    def slowly(url: str) -> bytes:
        started.set()
        assert release.wait(10)
        return fetch(url)

    site.keys = FetchedKeys("https://e.example/jwks", slowly, lambda: site.now, AGES)
    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(site.knows, "old") for _ in range(8)]
        assert started.wait(10)
        release.set()
        assert all(future.result(10) for future in first)
        assert len(site.asked) == 1
        # The set is due: one thread looks, and holds up nobody.
        site.later(minutes=10)
        started.clear()
        release.clear()
        looking = pool.submit(site.knows, "old")
        assert started.wait(10)
        assert site.knows("old")
        release.set()
        assert looking.result(10)
    assert len(site.asked) == 2


def test_published_keys_are_not_used(site: Site) -> None:
    """SB-04: a client that publishes the sandbox's key lets everybody in."""
    from pathlib import Path  # noqa: PLC0415 (only here)

    spec = json.loads((Path(__file__).parent / "spec_example.json").read_text())["jwks"]
    site.there = spec
    assert not site.knows("example-kid")
    trial = FetchedKeys("u", site.fetch, lambda: site.now, AGES, allow_published=True)
    assert trial.find("example-kid") is not None
