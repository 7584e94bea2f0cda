"""Reading the file of clients: every problem of every client named at once, or the clients."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from cds_service.core.errors import ConfigurationError
from cds_service.core.values import Coding
from cds_service.knowledge.files import NotYamlError, read_yaml
from cds_service.outside.addresses import is_loopback, read_origin
from cds_service.trust.callers import RESERVED
from cds_service.trust.clients import Client, Clients
from cds_service.trust.keys import KeySet, key_set_of, read_key_set
from cds_service.trust.published import is_test_issuer


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST_BYTES = 65_536
# As FHIR has them: an EHR would refuse an order with anything else.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_CODE = re.compile(r"[^\s\0]+( [^\s\0]+)*")


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is held against.

    Attributes:
        workups: Ids of the work-ups in the knowledge.
        services: Ids of the services that are offered.
        allow_test_clients: Clients may sign with published keys.
        allow_http: Key sets may be fetched by http from loopback.
    """

    workups: Collection[str]
    services: Collection[str]
    allow_test_clients: bool = False
    allow_http: bool = False


def load_clients(path: Path, bounds: Bounds) -> Clients:
    """The clients in ``path``.

    Raises:
        ConfigurationError: With one line for each problem.
    """
    problems: list[str] = []
    clients: list[Client] = []
    static_keys: dict[str, KeySet] = {}
    for where, stated in _entries(path):
        try:
            client = msgspec.convert(stated, type=Client)
        except msgspec.ValidationError as problem:
            problems.append(f"{where}: {problem}")
            continue
        clients.append(client)
        found = [*_problems(client, bounds), *_add_keys(client, path.parent, bounds, static_keys)]
        problems += [f"{where} ({client.name}): {words}" for words in found]
    problems += _conflicts(clients)
    if problems:
        raise ConfigurationError([f"{path.name}: {problem}" for problem in problems])
    return Clients(tuple(clients), static_keys)


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    """Each client as it is written, with its place in the file."""
    try:
        content = read_yaml(path)
    except OSError as problem:
        raise ConfigurationError([f"{path.name}: cannot be read: {problem.strerror}"]) from None
    except (NotYamlError, UnicodeDecodeError) as problem:
        words = " ".join(str(problem).split())
        raise ConfigurationError([f"{path.name}: is no YAML: {words}"]) from None
    if not isinstance(content, dict) or set(content) != {"clients"}:
        raise ConfigurationError([f"{path.name}: has no list `clients`, or something beside it"])
    entries = content["clients"]
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError([f"{path.name}: `clients` is no list, or an empty one"])
    for position, entry in enumerate(entries):
        yield f"clients[{position}]", entry


def _problems(client: Client, bounds: Bounds) -> Iterator[str]:
    if is_test_issuer(client.issuer) and not bounds.allow_test_clients:
        yield "issuer: signs with a published key; for trials set CDS_ALLOW_TEST_CLIENTS (SB-04)"
    if not client.jku and client.keys is None:
        yield "jku: neither an address of its keys nor the keys themselves are stated"
    if client.jku:
        yield from _jku_problems(client.jku, allow_http=bounds.allow_http)
    yield from _malformed(client)
    yield from _unknown(client, bounds)


def _malformed(client: Client) -> Iterator[str]:
    if not _NAME.fullmatch(client.name) or client.name in RESERVED:
        yield "name: letters, digits, `.`, `_` and `-`, at most 100, and neither `open` nor `unknown`"
    for member in ("issuer", "algorithms"):
        if not getattr(client, member):
            yield f"{member}: is empty"
    for member in ("audience", "tenants", "services"):
        if "" in getattr(client, member):
            yield f"{member}: has an empty entry"
    if client.longest_lifetime < 0:
        yield "longest_lifetime: is negative"


def _unknown(client: Client, bounds: Bounds) -> Iterator[str]:
    for service in client.services:
        if service not in bounds.services:
            yield f"services: {service!r} is not offered"
    for workup, codes in client.orders.items():
        if workup not in bounds.workups:
            yield f"orders: no work-up is called {workup!r}"
        if not codes:
            yield f"orders.{workup}: no codes"
        yield from (f"orders.{workup}: {words}" for code in codes for words in _odd(code))


def _odd(code: Coding) -> Iterator[str]:
    """What FHIR knows as neither uri nor code."""
    if not _URI.fullmatch(code.system):
        yield f"system {code.system!r} is no URI"
    if not _CODE.fullmatch(code.code):
        yield f"code {code.code!r} is empty or has odd blanks"


def _jku_problems(jku: str, *, allow_http: bool) -> Iterator[str]:
    try:
        origin = read_origin(jku)
    except ValueError as problem:
        yield f"jku: {problem}"
        return
    if origin.scheme == "http" and not (allow_http and is_loopback(origin.host)):
        yield "jku: is not https (http only towards loopback, with CDS_JWKS_ALLOW_HTTP)"


def _add_keys(
    client: Client, folder: Path, bounds: Bounds, static_keys: dict[str, KeySet]
) -> list[str]:
    """Read the keys that the client states; what is wrong with them, every key counting."""
    if client.keys is None:
        return []
    try:
        found = _key_set(client.keys, folder, allow_published=bounds.allow_test_clients)
    except OSError as problem:
        return [f"keys: the file cannot be read: {problem.strerror}"]
    except ValueError as problem:
        return [f"keys: {problem}"]
    static_keys[client.name] = found
    none = [] if found.keys or found.problems else ["keys: there is none"]
    return [*none, *(f"keys: {problem}" for problem in found.problems)]


def _key_set(keys: str | dict[str, Any], folder: Path, *, allow_published: bool) -> KeySet:
    if isinstance(keys, str):
        content = (folder / keys).read_bytes()
        if len(content) > _MOST_BYTES:
            raise ValueError("the file is larger than a key set")
        return read_key_set(content, allow_published=allow_published)
    members = keys.get("keys")
    if not isinstance(members, list) or not all(isinstance(m, dict) for m in members):
        raise ValueError("is no JSON Web Key Set")
    return key_set_of(members, allow_published=allow_published)


def _conflicts(clients: list[Client]) -> Iterator[str]:
    """Two clients under one name, or that a token could not tell apart."""
    for one, other in combinations(clients, 2):
        both = f"{one.name} and {other.name}"
        if one.name == other.name:
            yield f"two clients are called {one.name}"
        if one.issuer != other.issuer:
            continue
        if one.proof != other.proof:
            yield f"{both} share an issuer, but not the way in which its tokens are checked"
        if not one.tenants or not other.tenants or set(one.tenants) & set(other.tenants):
            yield f"{both} share an issuer, and no list of tenants keeps them apart"
