"""One page from a FHIR server: a single GET, bounded in bytes, repeated at most once, read as FHIR."""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any, cast

import httpx
import msgspec

from cds_service.core.errors import CdsError
from cds_service.gather.fetching.access import Access
from cds_service.gather.prefetch import Json, KeyData, next_page, read_resource
from cds_service.outside.client import ADDRESS


ReadJson = Callable[[bytes], Any]
_PASSING = frozenset({502, 503, 504})
_PAUSE = 0.05


class FetchError(Exception):
    """A page could not be had. The message says why, without address, token or data."""


class _PassingError(FetchError):
    """It may work when asked again."""


class Page(msgspec.Struct, frozen=True):
    """What one answer holds.

    Attributes:
        resources: In their order.
        next: Address of the following page; empty at the end.
        total: How many the server says there are on all pages; 0 when it does not say.
    """

    resources: tuple[Json, ...]
    next: str = ""
    total: int = 0


class Reader:
    """Reads pages for one call: its server, its token, its share of bytes."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        access: Access,
        addresses: tuple[str, ...],
        read_json: ReadJson,
        max_bytes: int,
    ) -> None:
        self._client = client
        self._access = access
        self._addresses = addresses
        self._read_json = read_json
        self._bytes_left = max_bytes

    async def read(self, url: str, kind: str, id: str) -> Page:
        """The resource ``kind``/``id`` at ``url``, or a page of a search for ``kind`` without ``id``.

        Raises:
            FetchError: No such answer came.
        """
        document = self._document(await self._body(url))
        if id:
            same = document.get("resourceType") == kind and document.get("id") == id
            if not same:
                raise FetchError("another resource")
            return Page((document,))
        found: KeyData = read_resource(document, kind)
        if document.get("resourceType") != "Bundle" or not found.state.usable:
            raise FetchError("no searchset")
        total = document.get("total")
        return Page(found.resources, next_page(document), total if isinstance(total, int) else 0)

    def _document(self, body: bytes) -> Json:
        try:
            value = self._read_json(body.removeprefix(BOM_UTF8))
        except CdsError:
            raise FetchError("no JSON") from None
        if not isinstance(value, dict):
            raise FetchError("no resource")
        return cast("Json", value)

    async def _body(self, url: str) -> bytes:
        try:
            return await self._get(url, self._addresses[0])
        except _PassingError:
            await asyncio.sleep(_PAUSE)
            # A name may stand for several addresses, of which this machine cannot reach each.
            return await self._get(url, self._addresses[1 % len(self._addresses)])

    async def _get(self, url: str, address: str) -> bytes:
        token = self._access.token
        headers = {"Authorization": token.header} if token else {}
        try:
            async with self._client.stream(
                # The deadline of the whole call is kept outside, by cancelling.
                "GET",
                url,
                headers=headers,
                extensions={ADDRESS: address},
                timeout=None,
            ) as answer:
                _check(answer)
                return await self._bounded(answer)
        except httpx.TransportError as problem:
            raise _PassingError(type(problem).__name__) from None

    async def _bounded(self, answer: httpx.Response) -> bytes:
        declared = answer.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._bytes_left:
            raise FetchError("too large")
        body = bytearray()
        async for part in answer.aiter_raw():
            self._bytes_left -= len(part)
            if self._bytes_left < 0:
                raise FetchError("too large")
            body += part
        return bytes(body)


def _check(answer: httpx.Response) -> None:
    """Redirects are answers like any other that is not 200."""
    status = answer.status_code
    if status != httpx.codes.OK:
        raise (_PassingError if status in _PASSING else FetchError)(f"status {status}")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise FetchError("compressed")
    if "html" in answer.headers.get("content-type", "").lower():
        raise FetchError("HTML")
