"""Where the key of a token comes from: a key set out of the clients file, or one fetched and cached.

The cache of one process. A set is used until it is due, then fetched again as a whole, so that a key
taken out of it dies with it (JWT-07). While it cannot be fetched, the last one counts for a while. A
``kid`` that is not known makes us look again, but never more than once in an interval (JWT-04), and
only ever at the address in the clients file (JWT-14).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import msgspec

from cds_service.trust.keys import KeySet, VerificationKey, read_key_set


log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
# What is at an address; KeysUnavailableError when that cannot be had.
Fetch = Callable[[str], bytes]


class KeysUnavailableError(Exception):
    """A key set could not be fetched. The message says why, in our own words."""


class KeySource(Protocol):
    """Keys of one client."""

    def find(self, kid: str) -> VerificationKey | None:
        """The key called ``kid``; None when there is none now."""


class Ages(msgspec.Struct, frozen=True, kw_only=True):
    """How long a fetched key set counts.

    Attributes:
        fresh: Until it is fetched again.
        stale: Until it is no longer used although it cannot be fetched.
        pause: Between two attempts to fetch.
    """

    fresh: timedelta = timedelta(minutes=10)
    stale: timedelta = timedelta(hours=24)
    pause: timedelta = timedelta(seconds=30)


class StaticKeys:
    """Keys exchanged out of band."""

    def __init__(self, key_set: KeySet) -> None:
        self._keys = key_set.keys

    def find(self, kid: str) -> VerificationKey | None:
        """The key called ``kid``."""
        return self._keys.get(kid)


class _Held(msgspec.Struct, frozen=True):
    """A key set and when it was fetched."""

    key_set: KeySet
    at: datetime


class FetchedKeys:
    """The key set at one address; threads share it, and one of them fetches for all."""

    def __init__(
        self, url: str, fetch: Fetch, clock: Clock, ages: Ages, *, allow_published: bool = False
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._ages = ages
        self._allow_published = allow_published
        self._held: _Held | None = None
        self._tried: datetime | None = None
        self._fetching = Lock()

    def find(self, kid: str) -> VerificationKey | None:
        """The key called ``kid``, after a look at the client's own set when that is due."""
        now = self._clock()
        held = self._usable(now)
        if held is None or kid not in held.key_set.keys:
            held = self._refreshed(now, wait=True)
        elif now - held.at >= self._ages.fresh:
            held = self._refreshed(now, wait=False)
        return held.key_set.keys.get(kid) if held else None

    def _usable(self, now: datetime) -> _Held | None:
        held = self._held
        return held if held and now - held.at < self._ages.stale else None

    def _refreshed(self, now: datetime, *, wait: bool) -> _Held | None:
        """What counts after an attempt to fetch, unless one was made just now.

        Args:
            now: The time of the call.
            wait: Without the outcome the call cannot go on; otherwise the old set does meanwhile.
        """
        if self._fetching.acquire(blocking=wait):
            try:
                if self._tried is None or now - self._tried >= self._ages.pause:
                    self._tried = now
                    self._try(now)
            finally:
                self._fetching.release()
        return self._usable(now)

    def _try(self, now: datetime) -> None:
        try:
            found = read_key_set(self._fetch(self._url), allow_published=self._allow_published)
        except (KeysUnavailableError, ValueError) as problem:
            log.warning("key set not fetched from=%s because=%s", self._url, problem)
            return
        for words in found.problems:
            log.warning("key not used from=%s because=%s", self._url, words)
        self._held = _Held(found, now)
