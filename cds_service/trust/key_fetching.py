"""Fetching a key set: one GET to the address in the clients file, bounded in bytes and time (JWT-15)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import httpx
import msgspec

from cds_service.outside.addresses import Base, permitted, read_origin
from cds_service.outside.client import ADDRESS, Engine, Resolve, resolve
from cds_service.trust.key_sources import KeysUnavailableError


_HEADERS = {"Accept": "application/jwk-set+json, application/json;q=0.9"}
_MARGIN = 0.25


class KeyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What fetching one key set may cost, and where it may go.

    Attributes:
        seconds: From looking up the name to the last byte.
        max_bytes: Of the body.
        allow_private: The name may stand for a private address (the site's own network).
    """

    seconds: float = 2.0
    max_bytes: int = 65_536
    allow_private: bool = False


class KeyFetcher:
    """Gets key sets for all clients; no redirects, no cookies, no proxies from outside."""

    def __init__(self, engine: Engine, limits: KeyLimits, resolve: Resolve = resolve) -> None:
        self._engine = engine
        self._limits = limits
        self._resolve = resolve

    def fetch(self, url: str) -> bytes:
        """What is at ``url``.

        Raises:
            KeysUnavailableError: Whatever went wrong.
        """
        try:
            seconds = self._limits.seconds
            return self._engine.run(lambda client: self._within(client, url), seconds + _MARGIN)
        except KeysUnavailableError:
            raise
        except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            # A TimeoutError is an OSError. The name of the type says enough, and nothing of others.
            raise KeysUnavailableError(type(problem).__name__) from None

    async def _within(self, client: httpx.AsyncClient, url: str) -> bytes:
        async with asyncio.timeout(self._limits.seconds):
            return await self._get(client, url, await self._address(read_origin(url)))

    async def _address(self, origin: Base) -> str:
        found = await self._resolve(origin.host, origin.port)
        if origin.scheme == "http":  # for development: this machine and no other
            local = [address for address in found if ip_address(address).is_loopback]
            addresses = tuple(local) if local == found else ()
        else:
            addresses = permitted(origin, found, allow_private=self._limits.allow_private)
        if not addresses:
            raise KeysUnavailableError("address is not allowed")
        return addresses[0]

    async def _get(self, client: httpx.AsyncClient, url: str, address: str) -> bytes:
        async with client.stream(
            "GET", url, headers=_HEADERS, extensions={ADDRESS: address}, timeout=None
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise KeysUnavailableError(f"status {answer.status_code}")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise KeysUnavailableError("compressed")
            return await self._bounded(answer)

    async def _bounded(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for part in answer.aiter_raw():
            body += part
            if len(body) > self._limits.max_bytes:
                raise KeysUnavailableError("too large")
        return bytes(body)
