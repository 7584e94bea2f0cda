"""Base URLs in plain form, and public addresses (FHIR-14)."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from cds_service.gather.fetching.servers import Servers
from cds_service.outside.addresses import is_public, read_base


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://fhir.example.org/r4", "https://fhir.example.org/r4"),
        ("https://fhir.example.org/r4/", "https://fhir.example.org/r4"),
        ("HTTPS://FHIR.Example.ORG:443/r4", "https://fhir.example.org/r4"),
        ("https://fhir.example.org:8443", "https://fhir.example.org:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("https://[2001:DB8::0:1]/R4", "https://[2001:db8::1]/R4"),
        ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"),
    ],
)
def test_plain_form(url: str, plain: str) -> None:
    """Host and scheme do not care for capitals; the path does."""
    assert read_base(url).url == plain


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fhir.example.org",
        "ftp://fhir.example.org",
        "https://",
        "https:///r4",
        "https://a b.example",
        "https://a.example\n",
        "https://a.example/r4?x",
        "https://a.example/r4#",
        "https://u@a.example/r4",
        "https://:@a.example/r4",
        "https://a.example/../r4",
        "https://a.example/%2e%2e/r4",
        "https://a.example\\@b.example/",
        "https://a.example./r4",
        "https://-a.example/r4",
        "https://a_b.example/r4",
        "https://bücher.example",
        "https://1",
        "https://1.2.3",
        "https://1.2.3.256",
        "https://01.2.3.4",
        "https://0x7f.0.0.1",
        "https://a.0x7f",
        "https://[fe80::1%25eth0]/",
        "https://[::g]/",
        "https://a.example:99999",
        "https://a.example:x",
    ],
)
def test_what_is_no_base(url: str) -> None:
    """Refused, without repeating it."""
    with pytest.raises(ValueError, match=r"\S") as problem:
        read_base(url)
    assert not url or url not in str(problem.value)


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("https://a.example/r4", True),
        ("https://a.example/r4?page=2", True),
        ("https://A.example:443/r4/Condition?page=2", True),
        ("https://a.example/r4x", False),
        ("https://a.example/", False),
        ("https://a.example/r4/../x", False),
        ("https://a.example/r4/%2E%2e/x", False),
        ("https://a.example/r4/%252e%252e/x", False),
        ("https://a.example:444/r4", False),
        ("http://a.example/r4", False),
        ("https://b.example/r4", False),
        ("https://u@a.example/r4", False),
        ("/r4/Condition", False),
        ("", False),
    ],
)
def test_pages_below_the_base(url: str, held: bool) -> None:
    """PRE-11: same origin, at or below the base."""
    assert read_base("https://a.example/r4").holds(url) is held


def test_only_what_is_listed_is_found() -> None:
    """Open servers count as listed."""
    servers = Servers.build(["https://a.example/r4"], ["https://b.example/r4"])
    assert servers.find("https://a.example/r4/") in servers.listed
    assert servers.find("https://b.example/r4") in servers.open
    assert servers.find("https://a.example/r5") is None
    assert servers.find(None) is None


def test_http_needs_the_setting() -> None:
    """At start-up."""
    with pytest.raises(ValueError, match="not https"):
        Servers.build(["http://a.example/r4"])
    assert Servers.build(["http://a.example/r4"], allow_http=True).listed


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("::ffff:93.184.216.34", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:0:0:0:0:80ff:fffe", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    """IPv6 forms that wrap an IPv4 address are looked into."""
    assert is_public(ip_address(address)) is public
