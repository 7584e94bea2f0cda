"""Which addresses may be spoken to at all: URLs written plainly, and what their names resolve to.

Two locks on every way out (FHIR-14, JWT-14): the URL has to stand on a list of the site, and the
address that its name resolves to has to be a public one, unless the site says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec


Address = IPv4Address | IPv6Address
_PORTS = {"https": 443, "http": 80}
# Visible ASCII without what parsers disagree about.
_PLAIN = re.compile(r"[\x21-\x7e]+")
_DISPUTED = re.compile(r"[\\<>\"^`{}]")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# The last label of a name; a number there makes the whole an address in some other notation.
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
# IPv4 addresses that hide in IPv6 ones, besides those that `ipaddress` knows.
_NAT64 = IPv6Network("64:ff9b::/96")


class Base(msgspec.Struct, frozen=True):
    """A base URL, written plainly: lower case, no default port, no slash at the end."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """As text."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    def holds(self, url: str) -> bool:
        """Whether ``url`` is an address of this very server, at or below this base (PRE-11)."""
        try:
            parts = _split(url)
            same = _origin(parts) == (self.scheme, self.host, self.port)
        except ValueError:
            return False
        below = parts.path == self.path or parts.path.startswith(f"{self.path}/")
        return same and below and not _climbs(parts.path)


def read_base(url: str) -> Base:
    """The base that ``url`` states.

    Raises:
        ValueError: Not a plain http(s) URL: user name, query, fragment, ``..``, or a host that is
            neither a name nor an address in its usual notation. Never repeats the URL.
    """
    parts = _split(url)
    scheme, host, port = _origin(parts)
    if parts.query or "?" in url or _climbs(parts.path) or "%" in parts.path:
        raise ValueError("has a query or an odd path")
    return Base(scheme, host, port, parts.path.rstrip("/"))


def read_origin(url: str) -> Base:
    """The server that ``url`` is on; the URL itself may have any path and query.

    Raises:
        ValueError: Not a plain http(s) URL. Never repeats it.
    """
    return Base(*_origin(_split(url)), path="")


def _split(url: str) -> SplitResult:
    if not _PLAIN.fullmatch(url) or _DISPUTED.search(url):
        raise ValueError("has characters that do not belong in a URL")
    parts = urlsplit(url)
    if parts.username is not None or "@" in parts.netloc or "#" in url:
        raise ValueError("has a user name or a fragment")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("is not http or https")
    port = parts.port  # raises ValueError beyond 65535
    return parts.scheme, _host(parts.hostname), _PORTS[parts.scheme] if port is None else port


def _host(host: str) -> str:
    if ":" in host:
        return str(IPv6Address(host.partition("%")[0])) if "%" not in host else _odd()
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(IPv4Address(host))  # refuses octal, hexadecimal, short and decimal forms
    return host if _NAME.fullmatch(host) and len(host) < 254 else _odd()


def _odd() -> str:
    raise ValueError("has an odd host")


def _climbs(path: str) -> bool:
    steps = re.split(r"[/\\]", unquote(unquote(path)))
    return "." in steps or ".." in steps


def permitted(base: Base, addresses: Iterable[str], *, allow_private: bool) -> tuple[str, ...]:
    """The ``addresses`` to connect to; none at all when one of them is out of bounds.

    A name that stands for a public and a private address at once is an attack, not an accident.
    Plain http never goes to a public address: what is said would travel for all to read.
    """
    found = [ip_address(address) for address in addresses]
    if not allow_private and not all(is_public(address) for address in found):
        return ()
    if base.scheme == "http" and any(is_public(address) for address in found):
        return ()
    if any(_never(_inner(address)) for address in found):
        return ()
    return tuple(str(address) for address in found)


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, looking into IPv6 forms that wrap an IPv4 one."""
    inner = _inner(address)
    unusual = inner.is_multicast or inner.is_reserved or inner.is_unspecified or inner.is_link_local
    site_local = isinstance(inner, IPv6Address) and inner.is_site_local
    return inner.is_global and not unusual and not site_local


def is_loopback(host: str) -> bool:
    """Whether a host, as it is written, is this machine."""
    if host == "localhost":
        return True
    try:
        return _inner(ip_address(host)).is_loopback
    except ValueError:
        return False


def _never(address: Address) -> bool:
    """Nobody we know lives there, but the metadata service of a cloud machine does (link-local)."""
    return address.is_link_local or address.is_multicast or address.is_unspecified


def _inner(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo[1] if address.teredo else None
    nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    compatible = IPv4Address(int(address)) if 1 < int(address) < 2**32 else None
    return address.ipv4_mapped or address.sixtofour or teredo or nat64 or compatible or address
