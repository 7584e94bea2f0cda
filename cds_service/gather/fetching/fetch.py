"""Everything that prefetch lacks, asked side by side within one deadline (PRE-11, PRE-14, PRE-17)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from time import monotonic
from typing import Any

import httpx
import msgspec

from cds_service.gather.fetching.access import (
    Access,
    NoAccessError,
    OtherPatientError,
    OtherSubjectError,
    judge_access,
)
from cds_service.gather.fetching.errands import Call, Errand, errands_of
from cds_service.gather.fetching.pages import FetchError, Reader, ReadJson
from cds_service.gather.fetching.servers import Servers
from cds_service.gather.prefetch import Json, KeyData, KeyState
from cds_service.gather.services import ServiceDefinition
from cds_service.outside.addresses import Base
from cds_service.outside.client import Engine, Resolve, resolve


log = logging.getLogger(__name__)
_UNFINISHED = frozenset({KeyState.MISSING, KeyState.INCOMPLETE})
_ALARMING = (OtherPatientError, OtherSubjectError)
# Beyond the deadline, for cancelling; if even that does not happen, the call goes on without.
_MARGIN = 0.25


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one call may cost.

    Attributes:
        seconds: For everything that is fetched, together.
        max_bytes: For everything that is fetched, together.
        max_pages: For each prefetch key.
    """

    seconds: float = 2.0
    max_bytes: int = 5_000_000
    max_pages: int = 5


class Fetcher:
    """Completes prefetch from listed FHIR servers. Holds no data, and no token, between calls."""

    def __init__(
        self,
        servers: Servers,
        limits: Limits,
        read_json: ReadJson,
        resolve: Resolve = resolve,
        *,
        subject: str = "",
        engine: Engine | None = None,
    ) -> None:
        self._servers = servers
        self._limits = limits
        self._read_json = read_json
        self._resolve = resolve
        self._subject = subject
        self.engine = engine or Engine()

    def complete(
        self, service: ServiceDefinition, call: Call, data: Mapping[str, KeyData]
    ) -> dict[str, KeyData]:
        """The keys of ``data`` that could be improved, as they are now.

        Asked are only keys that are absent, or whose Bundle has a further page: never those that the
        client answered with null or an error. A key that cannot be asked is left as it is; one that
        was asked in vain becomes an ERROR.
        """
        wanted = [key for key, found in data.items() if found.state in _UNFINISHED]
        if not wanted:
            return {}
        try:
            access = judge_access(
                self._servers, call.server, call.authorization, call.patient_id, self._subject
            )
        except NoAccessError as reason:
            level = logging.WARNING if isinstance(reason, _ALARMING) else logging.INFO
            log.log(level, "nothing fetched service=%s because=%s", service.id, reason)
            return {}
        errands = errands_of(service, call, access, {key: data[key] for key in wanted})
        return self._run(access, errands) if errands else {}

    def _run(self, access: Access, errands: list[Errand]) -> dict[str, KeyData]:
        deadline = monotonic() + self._limits.seconds  # event loops count in the same time
        work = partial(self._fetch_all, access, errands, deadline)
        try:
            return self.engine.run(work, self._limits.seconds + _MARGIN)
        except TimeoutError:
            log.warning("fetching did not end at its deadline")
            return {errand.key: _without(errand) for errand in errands}

    async def _fetch_all(
        self, access: Access, errands: list[Errand], deadline: float, client: httpx.AsyncClient
    ) -> dict[str, KeyData]:
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._addresses(access.base)
        except (OSError, FetchError) as problem:  # TimeoutError is an OSError
            log.warning("nothing fetched because=%s", _words(problem))
            return {errand.key: _without(errand) for errand in errands}
        reader = Reader(client, access, addresses, self._read_json, self._limits.max_bytes)
        results = await asyncio.gather(*(self._fetch(reader, access, e, deadline) for e in errands))
        return {errand.key: found for errand, found in zip(errands, results, strict=True)}

    async def _addresses(self, base: Base) -> tuple[str, ...]:
        """Where the server is; its name is resolved here and nowhere else."""
        addresses = self._servers.chosen(base, await self._resolve(base.host, base.port))
        if not addresses:
            raise FetchError("address is not allowed")
        return addresses

    async def _fetch(
        self, reader: Reader, access: Access, errand: Errand, deadline: float
    ) -> KeyData:
        """All pages of one key, or as many as could be had."""
        resources: list[Json] = []
        ended = False
        try:
            async with asyncio.timeout_at(deadline):
                ended = await self._pages(reader, access.base, errand, resources)
        except (TimeoutError, FetchError, httpx.HTTPError, httpx.InvalidURL) as problem:
            log.warning("not fetched key=%s because=%s", errand.key, _words(problem))
            if not resources:
                return _without(errand)
        held = errand.held.resources if errand.held else ()
        whole = ended and not errand.narrowed
        state = KeyState.SUPPLIED if whole else KeyState.INCOMPLETE
        return KeyData(state, (*held, *resources))

    async def _pages(
        self, reader: Reader, base: Base, errand: Errand, resources: list[Json]
    ) -> bool:
        """Add the resources of each page; True when there are no more, by link and by count."""
        url, seen = errand.url, set[str]()
        while url:
            if len(seen) == self._limits.max_pages or url in seen or not base.holds(url):
                return False
            seen.add(url)
            page = await reader.read(url, errand.kind, errand.id)
            resources += page.resources
            url = page.next
            if not url and errand.held is None and page.total > len(resources):
                return False  # cut off without a word (seen with an in-memory server)
        return True


def _without(errand: Errand) -> KeyData:
    return errand.held or KeyData(KeyState.ERROR)


def _words(problem: Any) -> str:
    """A reason fit for the log: our own words, or the name of the type."""
    return str(problem) if isinstance(problem, FetchError) else type(problem).__name__
