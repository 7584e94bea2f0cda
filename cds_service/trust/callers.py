"""Who is calling, as far as it was proven."""

from __future__ import annotations

import msgspec


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The client behind one call.

    Attributes:
        client: Its name in the clients file; ``open`` where nobody has to prove anything,
            ``unknown`` where it was not proven.
        issuer: ``iss`` of its token; empty in open mode.
        tenant: ``tenant`` of its token; empty when none was sent.
        token: SHA-256 of the ``jti`` of its token (hexadecimal), by which the client finds the call in
            its own records; empty in open mode.
    """

    client: str
    issuer: str = ""
    tenant: str = ""
    token: str = ""


OPEN = Caller(client="open")
# Where a token is asked for and none, or none yet, was good.
UNKNOWN = Caller(client="unknown")
RESERVED = frozenset({OPEN.client, UNKNOWN.client})
