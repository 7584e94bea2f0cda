"""The part of the composition root that settles who may call, and what holds for each client.

Nothing starts in mode `jwt` that could let a stranger in, and nothing in mode `open` where strangers come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from cds_service.core.errors import ConfigurationError, UnavailableError
from cds_service.fhir.release import Release
from cds_service.gather.fetching.fetch import Fetcher, Limits
from cds_service.gather.fetching.servers import Servers
from cds_service.outside.addresses import is_loopback
from cds_service.outside.client import Engine
from cds_service.settings import NO_DATABASE, Settings
from cds_service.store.database import Database
from cds_service.store.nonces import UsedTokens
from cds_service.trust.callers import OPEN
from cds_service.trust.client_file import Bounds, load_clients
from cds_service.trust.clients import Client, Clients, Replay
from cds_service.trust.key_fetching import KeyFetcher, KeyLimits
from cds_service.trust.key_sources import Ages, FetchedKeys, KeySource, StaticKeys
from cds_service.trust.verification import Verifier
from cds_service.web.advisor import Advisor
from cds_service.web.site import Advises, Agreement
from cds_service.wire.response import Dialect
from cds_service.wire.strict_json import read_json


log = logging.getLogger(__name__)
_OPEN = (
    "MODE OPEN: nobody has to prove who they are, whoever reaches this service may call it. For "
    "synthetic patients only; set CDS_AUTH_MODE=jwt before real ones come near."
)
Clock = Callable[[], datetime]


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Who may call.

    Attributes:
        agreements: By name of the client.
        verifier: None in mode `open`.
        used_tokens: None where every token may come again.
    """

    agreements: Mapping[str, Agreement]
    verifier: Verifier | None = None
    used_tokens: UsedTokens | None = None

    def check(self) -> None:
        """Ask what callers are let in by.

        Raises:
            UnavailableError: Nobody can be let in now.
        """
        if self.used_tokens is not None:
            self.used_tokens.check()


def admit(
    settings: Settings,
    clock: Clock,
    advisor: Advises,
    *,
    workups: Collection[str],
    services: Collection[str],
) -> Admission:
    """Who may call this installation.

    Raises:
        ConfigurationError: The settings or the clients file would let strangers in.
        ValueError: A setting about FHIR servers is wrong.
    """
    engine = Engine()  # one for all that is fetched by this process
    if settings.auth_mode == "open":
        _check_open(settings)
        return Admission(agreements={OPEN.client: open_agreement(settings, advisor, engine)})
    clients = load_clients(_checked(settings), _bounds(settings, workups, services))
    agreements = _agreements(settings, clients, advisor, engine)
    used = _used_tokens(settings, clients, clock)
    verifier = Verifier(
        clients,
        _sources(settings, clients, clock, engine),
        used or _Reusable(),
        base_url=settings.public_url,
        clock=clock,
        leeway=timedelta(seconds=settings.token_leeway_seconds),
    )
    return Admission(agreements=agreements, verifier=verifier, used_tokens=used)


def _check_open(settings: Settings) -> None:
    """Openness ends at this machine, unless somebody said otherwise in so many words."""
    problems = []
    if not (is_loopback(settings.host) or settings.open_anywhere):
        problems.append(
            f"CDS_AUTH_MODE=open binds to loopback only, not to {settings.host}: set "
            "CDS_AUTH_MODE=jwt, or CDS_OPEN_ANYWHERE=true where only synthetic patients are"
        )
    if settings.clients_file is not None:
        problems.append("CDS_CLIENTS_FILE is set, but CDS_AUTH_MODE=open would let everybody in")
    if problems:
        raise ConfigurationError(problems)
    log.warning(_OPEN)


def _checked(settings: Settings) -> Path:
    """The clients file, once everything is there that mode `jwt` stands on."""
    problems = []
    if not settings.public_url:
        problems.append(
            "CDS_AUTH_MODE=jwt needs CDS_PUBLIC_URL: tokens name the address they are for"
        )
    if settings.clients_file is None:
        problems.append("CDS_AUTH_MODE=jwt needs CDS_CLIENTS_FILE: nobody could call")
    if settings.jwks_stale_seconds < settings.jwks_pause_seconds:
        problems.append(
            "CDS_JWKS_STALE_SECONDS is less than CDS_JWKS_PAUSE_SECONDS: keys would be forgotten "
            "before they may be fetched again"
        )
    if problems or settings.clients_file is None:
        raise ConfigurationError(problems)
    return settings.clients_file


def _bounds(settings: Settings, workups: Collection[str], services: Collection[str]) -> Bounds:
    return Bounds(
        workups=workups,
        services=services,
        allow_test_clients=settings.allow_test_clients,
        allow_http=settings.jwks_allow_http,
    )


def open_agreement(settings: Settings, advisor: Advises, engine: Engine | None = None) -> Agreement:
    """What holds for everybody in mode `open`: the settings about FHIR.

    Raises:
        ValueError: An entry of a list is no base URL, or not https where it has to be.
    """
    return Agreement(
        advisor=advisor,
        fetcher=fetcher_of(
            settings, settings.fetched_from, settings.fetched_openly_from, engine=engine
        ),
        release=_release(settings.fhir_release),
    )


def _agreements(
    settings: Settings, clients: Clients, advisor: Advises, engine: Engine
) -> dict[str, Agreement]:
    agreements: dict[str, Agreement] = {}
    problems: list[str] = []
    for client in clients.clients:
        try:
            agreements[client.name] = _agreement(settings, client, advisor, engine)
        except ValueError as problem:
            problems.append(f"client {client.name}: fhir: {problem}")
    if problems:
        raise ConfigurationError(problems)
    return agreements


def _agreement(settings: Settings, client: Client, advisor: Advises, engine: Engine) -> Agreement:
    knowing = advisor.knowing_orders(client.orders) if isinstance(advisor, Advisor) else advisor
    return Agreement(
        advisor=knowing,
        fetcher=fetcher_of(
            settings, client.fhir.servers, subject=client.fhir.subject, engine=engine
        ),
        release=_release(client.fhir.release),
        dialect=Dialect(
            orders=client.orders,
            action_selection_behavior=client.supports.action_selection_behavior,
        ),
    )


def _release(name: str) -> Release | None:
    return None if name == "auto" else Release(name)


def fetcher_of(
    settings: Settings,
    listed: Collection[str],
    open: Collection[str] = (),
    *,
    subject: str = "",
    engine: Engine | None = None,
) -> Fetcher | None:
    """What completes prefetch from the listed servers; None where none is.

    Raises:
        ValueError: An entry is no base URL, or not https where it has to be.
    """
    servers = Servers.build(
        listed,
        open,
        allow_http=settings.fhir_allow_http,
        allow_private=settings.fhir_allow_private,
    )
    limits = Limits(
        seconds=settings.fhir_seconds,
        max_bytes=settings.fhir_max_bytes,
        max_pages=settings.fhir_max_pages,
    )
    read = partial(read_json, max_depth=settings.max_json_depth)
    if not servers.listed:
        return None
    return Fetcher(servers, limits, read, subject=subject, engine=engine)


def _sources(
    settings: Settings, clients: Clients, clock: Clock, engine: Engine
) -> dict[str, KeySource]:
    """Where the keys of each client come from; one cache for all clients of an issuer."""
    limits = KeyLimits(seconds=settings.jwks_seconds, allow_private=settings.jwks_allow_private)
    fetch = KeyFetcher(engine, limits).fetch
    ages = Ages(
        fresh=timedelta(seconds=settings.jwks_fresh_seconds),
        stale=timedelta(seconds=settings.jwks_stale_seconds),
        pause=timedelta(seconds=settings.jwks_pause_seconds),
    )
    fetched = {
        client.issuer: FetchedKeys(
            client.jku, fetch, clock, ages, allow_published=settings.allow_test_clients
        )
        for client in clients.clients
        if client.keys is None
    }
    return {
        client.name: fetched[client.issuer]
        if client.keys is None
        else StaticKeys(clients.static_keys[client.name])
        for client in clients.clients
    }


def _used_tokens(settings: Settings, clients: Clients, clock: Clock) -> UsedTokens | None:
    """What remembers used tokens; a database that cannot be had now is tried again at later calls."""
    if all(client.jti is Replay.REUSABLE for client in clients.clients):
        return None
    if settings.database_url == NO_DATABASE:
        raise ConfigurationError(
            ["tokens that count once need a database: set CDS_DATABASE_URL, or `jti: reusable`"]
        )
    used = UsedTokens(
        Database(settings.database_url, wait_seconds=settings.database_seconds), clock
    )
    try:
        used.prepare()
    except UnavailableError as problem:
        log.warning("nobody can be let in for now: %s", problem)
    return used


class _Reusable:
    """Stands where no token is remembered; it is never asked."""

    def first_use(self, issuer: str, jti: str, until: datetime) -> bool:
        """Never, for certain."""
        return False
