"""Which FHIR servers may be asked: `fhirServer` comes from the caller and may point anywhere (FHIR-14)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cds_service.outside.addresses import Base, permitted, read_base


class Servers(msgspec.Struct, frozen=True):
    """The site's list.

    Attributes:
        listed: Servers that may be asked with a token.
        open: Servers that may be asked without one.
        allow_private: Their names may resolve to loopback and private addresses.
    """

    listed: frozenset[Base]
    open: frozenset[Base]
    allow_private: bool = False

    @classmethod
    def build(
        cls,
        listed: Iterable[str],
        open: Iterable[str] = (),
        *,
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> Servers:
        """The list in plain form.

        Raises:
            ValueError: An entry is no base URL, or is http where only https is allowed.
        """
        without_token = frozenset(_entry(url, allow_http=allow_http) for url in open)
        with_token = frozenset(_entry(url, allow_http=allow_http) for url in listed)
        return cls(with_token | without_token, without_token, allow_private)

    def find(self, url: object) -> Base | None:
        """The entry that ``url`` names; None when it names none."""
        try:
            base = read_base(url) if isinstance(url, str) else None
        except ValueError:
            return None
        return base if base in self.listed else None

    def chosen(self, base: Base, addresses: Iterable[str]) -> tuple[str, ...]:
        """The ``addresses`` to connect to; none at all when one of them is out of bounds."""
        return permitted(base, addresses, allow_private=self.allow_private)


def _entry(url: str, *, allow_http: bool) -> Base:
    try:
        base = read_base(url)
    except ValueError as problem:
        raise ValueError(f"FHIR server {url!r} {problem}") from None
    if base.scheme == "http" and not allow_http:
        raise ValueError(f"FHIR server {url!r} is not https")
    return base
