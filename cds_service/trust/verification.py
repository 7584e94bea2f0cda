"""Whether a token proves its client, for the address that is called, now, and for the first time (JWT-*)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from cds_service.core.errors import NotAllowedError, NotAuthenticatedError
from cds_service.trust.callers import Caller
from cds_service.trust.clients import Client, Clients, Replay
from cds_service.trust.key_sources import KeySource
from cds_service.trust.tokens import Claims, Header, Token, read_token


log = logging.getLogger(__name__)
_HEADER_BYTES = 6_144


class NonceStore(Protocol):
    """Tokens that were used, shared by all processes and machines of the site."""

    def first_use(self, issuer: str, jti: str, until: datetime) -> bool:
        """Note a token; False when it was noted before. It may be forgotten after ``until``.

        Raises:
            UnavailableError: That cannot be told now.
        """


class Called(msgspec.Struct, frozen=True):
    """What a request is for.

    Attributes:
        path: Of the address, as discovery publishes it.
        service: Id of the service; empty for discovery.
    """

    path: str
    service: str = ""


class Verifier:
    """Turns an Authorization header into a caller, in the order of the best-practice page (BP-1)."""

    def __init__(
        self,
        clients: Clients,
        sources: Mapping[str, KeySource],
        nonces: NonceStore,
        *,
        base_url: str,
        clock: Callable[[], datetime],
        leeway: timedelta = timedelta(seconds=60),
    ) -> None:
        self._clients = clients
        self._sources = sources
        self._nonces = nonces
        self._base_url = base_url
        self._clock = clock
        self._leeway = leeway.total_seconds()
        self._registries = {client.name: _registry(client.algorithms) for client in clients.clients}

    def caller(self, authorization: str, called: Called) -> Caller:
        """Who calls.

        Raises:
            NotAuthenticatedError: Nobody that we know, or not provably so.
            NotAllowedError: Somebody that we know, for a tenant or a service outside the agreement.
            UnavailableError: Used tokens cannot be looked up now.
        """
        token = read_token(authorization)
        claims = token.claims
        candidates = self._clients.of(claims.iss)
        if not candidates:
            raise NotAuthenticatedError("issuer unknown")
        # Clients of one issuer agree in all that a token is checked by.
        issuer = candidates[0]
        _check_jku(issuer, token.header)
        self._check_audience(issuer, claims, called)
        self._check_times(issuer, claims)
        _check_subject(issuer, claims)
        self._check_signature(issuer, token)
        # Said only now: whoever cannot sign does not learn which tenants there are.
        client = _client_for(candidates, claims.tenant or "")
        _check_service(client, called.service)
        self._check_first_use(client, claims)
        return Caller(
            client=client.name,
            issuer=claims.iss,
            tenant=claims.tenant or "",
            token=sha256(claims.jti.encode("utf-8", "surrogatepass")).hexdigest(),
        )

    def _check_audience(self, issuer: Client, claims: Claims, called: Called) -> None:
        """Exactly the public address, or what the client was registered with (JWT-06, EHR-13)."""
        accepted = issuer.audience or (self._base_url + called.path,)
        if not any(audience in accepted for audience in claims.audiences):
            raise NotAuthenticatedError("aud is another address")

    def _check_times(self, issuer: Client, claims: Claims) -> None:
        now = self._clock().timestamp()
        if claims.exp + self._leeway <= now:
            raise NotAuthenticatedError("expired")
        if claims.iat - self._leeway > now:
            raise NotAuthenticatedError("issued in the future")
        if claims.nbf is not None and claims.nbf - self._leeway > now:
            raise NotAuthenticatedError("not valid yet")
        if issuer.longest_lifetime and claims.exp - claims.iat > issuer.longest_lifetime:
            raise NotAuthenticatedError("lives longer than agreed")

    def _check_signature(self, issuer: Client, token: Token) -> None:
        """By a key of this very client, made for this algorithm (JWT-02, JWT-16..21)."""
        if token.header.alg not in issuer.algorithms:
            raise NotAuthenticatedError("alg is not agreed")
        found = self._sources[issuer.name].find(token.header.kid)
        if found is None:
            raise NotAuthenticatedError("key unknown")
        if found.algorithm not in ("", token.header.alg):
            raise NotAuthenticatedError("key is for another alg")
        try:
            jws.deserialize_compact(
                token.compact, found.key, registry=self._registries[issuer.name]
            )
        except (JoseError, ValueError, RecursionError) as problem:
            raise NotAuthenticatedError(f"signature: {type(problem).__name__}") from None

    def _check_first_use(self, client: Client, claims: Claims) -> None:
        """For as long as the token lives (JWT-12, BP-2)."""
        if client.jti is Replay.REUSABLE:
            return
        lasts = min(claims.exp + self._leeway, datetime.max.replace(tzinfo=UTC).timestamp() - 1)
        until = datetime.fromtimestamp(lasts, UTC)
        if not self._nonces.first_use(claims.iss, claims.jti, until):
            raise NotAuthenticatedError("token was used before")


def _registry(algorithms: tuple[str, ...]) -> jws.JWSRegistry:
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_header_length = _HEADER_BYTES
    return registry


def _check_jku(issuer: Client, header: Header) -> None:
    """The pair of issuer and address is what was agreed; nothing is ever fetched here (JWT-14)."""
    if isinstance(header.jku, str):
        if header.jku != issuer.jku:
            raise NotAuthenticatedError("jku is not the agreed one")
    elif issuer.keys is None:
        raise NotAuthenticatedError("no jku, and no keys were exchanged")


def _check_subject(issuer: Client, claims: Claims) -> None:
    if issuer.sub and claims.sub != issuer.sub:
        raise NotAuthenticatedError("sub is not the agreed one")


def _client_for(candidates: tuple[Client, ...], tenant: str) -> Client:
    for client in candidates:
        if client.admits(tenant):
            return client
    raise NotAllowedError("This tenant may not call this service.")


def _check_service(client: Client, service: str) -> None:
    if service and client.services and service not in client.services:
        raise NotAllowedError("This client may not call this service.")
