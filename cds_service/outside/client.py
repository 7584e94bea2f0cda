"""One HTTP client for each worker process, made when it is first needed, after the fork.

It lives in a thread of its own with an event loop: the requests of one call run side by side
without a thread each, and what has not answered at the deadline is cancelled, not merely left alone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NamedTuple, TypeVar

import httpx


T = TypeVar("T")
Resolve = Callable[[str, int], Awaitable[list[str]]]
ADDRESS = "address"
# Idle connections go before usual servers close them (Node: 5 s): several that died would outlast a retry.
_LIMITS = httpx.Limits(max_connections=128, max_keepalive_connections=32, keepalive_expiry=4)
_HEADERS = {
    "Accept": "application/fhir+json, application/json;q=0.9",
    # No compression: what is counted against the limit is what arrives.
    "Accept-Encoding": "identity",
    "User-Agent": "cds",
}


class PinnedTransport(httpx.AsyncBaseTransport):
    """Connects to the address in the request's extensions; Host and TLS name stay those of the URL.

    The address was judged beforehand, and the name is not resolved again: an answer that changes in
    between (DNS rebinding) changes nothing. Each server has its own connections, so that two that
    share an address never share one.
    """

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()  # the machine's authorities; TLS 1.2 or newer
        self._pools: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, never redirected."""
        address = request.extensions[ADDRESS]  # without one there is no connection at all
        name = request.url.host
        pool = self._pool(f"{request.url.scheme}://{request.url.netloc.decode()}")
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            extensions=request.extensions | {"sni_hostname": name},
        )
        return await pool.handle_async_request(pinned)

    def _pool(self, origin: str) -> httpx.AsyncHTTPTransport:
        if origin not in self._pools:
            self._pools[origin] = httpx.AsyncHTTPTransport(
                verify=self._tls, limits=_LIMITS, trust_env=False
            )
        return self._pools[origin]

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()


def new_client() -> httpx.AsyncClient:
    """No redirects, no cookies from one call to the next, no proxies or passwords from outside."""
    return httpx.AsyncClient(
        transport=PinnedTransport(),
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


class _Running(NamedTuple):
    """What one process has, once it has fetched."""

    process: int
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    client: httpx.AsyncClient


class Engine:
    """Runs coroutines for threads that wait; nothing exists until the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def run(self, work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]], seconds: float) -> T:
        """What ``work`` returns.

        Raises:
            TimeoutError: It took longer than ``seconds``; it is cancelled then.
        """
        running = self._ready()
        future = asyncio.run_coroutine_threadsafe(work(running.client), running.loop)
        try:
            return future.result(seconds)
        finally:
            future.cancel()

    def close(self) -> None:
        """Close the connections and end the thread; the next run starts anew."""
        with self._lock:
            running, self._running = self._running, None
        if running is None or running.process != os.getpid():
            return
        asyncio.run_coroutine_threadsafe(running.client.aclose(), running.loop).result(5)
        running.loop.call_soon_threadsafe(running.loop.stop)
        running.thread.join(5)
        running.loop.close()

    def _ready(self) -> _Running:
        with self._lock:
            # A thread does not live through a fork: each worker process starts its own.
            if self._running is None or self._running.process != os.getpid():
                self._running = _start()
            return self._running


def _start() -> _Running:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(
            logging.WARNING
        )  # below that they log URLs, hence patients
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="outside", daemon=True)
    thread.start()
    return _Running(os.getpid(), loop, thread, new_client())


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order in which the system prefers them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
