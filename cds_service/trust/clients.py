"""The clients of this installation: one YAML file (`CDS_CLIENTS_FILE`), checked whole at the start.

A client is whoever signs with its own keys and has agreed with the site on what it may do. Where one
issuer signs for many organisations, each of them is a client of its own, told apart by ``tenant``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from cds_service.core.values import Coding
from cds_service.trust.keys import KeySet


# Asymmetric ones only: `none` and shared secrets prove nothing (JWT-16, JWT-17).
Algorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
_RECOMMENDED: tuple[Algorithm, ...] = ("ES384", "RS384")  # JWT-19


class Replay(StrEnum):
    """What becomes of a token that comes a second time."""

    SINGLE_USE = "single-use"
    REUSABLE = "reusable"


class FhirAccess(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be fetched for this client, and in which release orders are drafted for it.

    Attributes:
        servers: Base URLs that its calls may name as ``fhirServer`` (FHIR-14).
        release: Of drafted orders; ``auto``: as the resources of the call are.
        subject: Our own client id at its authorization server (FHIR-10); empty: not compared.
    """

    servers: tuple[str, ...] = ()
    release: Literal["auto", "R4", "R4B", "R5", "STU3"] = "auto"
    subject: str = ""


class Supports(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Optional features that a client has said it understands (CAP-03)."""

    action_selection_behavior: bool = False


class Client(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One client, as the file states it.

    Attributes:
        name: Ours, for logs, reports and metrics.
        issuer: ``iss`` of its tokens, letter for letter.
        jku: The one address of its key set; tokens that name another one are refused (JWT-14).
        keys: Its key set exchanged out of band (JWT-08), inline or as a file; nothing is fetched then.
        algorithms: That its tokens may be signed with.
        audience: Accepted ``aud``; empty: exactly the address that is called (JWT-06).
        sub: ``sub`` that its tokens must carry; empty: not looked at (JWT-22).
        tenants: ``tenant`` values that may call; empty: any or none (JWT-13).
        services: Ids of the services that it may call; empty: all.
        jti: Whether a token counts once (JWT-12).
        longest_lifetime: Most seconds from ``iat`` to ``exp``; 0: no limit.
        fhir: Fetching and drafting for it.
        orders: By work-up id, the codes that replace ours in suggested orders (EHR-06).
        supports: Optional features.
    """

    name: str
    issuer: str
    jku: str = ""
    keys: str | dict[str, Any] | None = None
    algorithms: tuple[Algorithm, ...] = _RECOMMENDED
    audience: tuple[str, ...] = ()
    sub: str = ""
    tenants: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    jti: Replay = Replay.SINGLE_USE
    longest_lifetime: int = 0
    fhir: FhirAccess = FhirAccess()
    orders: dict[str, tuple[Coding, ...]] = {}
    supports: Supports = Supports()

    @property
    def proof(self) -> tuple[object, ...]:
        """Everything that a token is checked by; the same for all clients of one issuer."""
        named = (self.issuer, self.jku, str(self.keys), self.algorithms, self.audience)
        return (*named, self.sub, self.jti, self.longest_lifetime)

    def admits(self, tenant: str) -> bool:
        """Whether calls for ``tenant`` (empty: none named) belong to this client."""
        return not self.tenants or tenant in self.tenants


class Clients(msgspec.Struct, frozen=True):
    """All clients, and the key sets that came with the file, by the name of the client."""

    clients: tuple[Client, ...]
    static_keys: dict[str, KeySet]

    def of(self, issuer: str) -> tuple[Client, ...]:
        """Those whose tokens ``issuer`` signs; they agree in how tokens are checked."""
        return tuple(client for client in self.clients if client.issuer == issuer)
