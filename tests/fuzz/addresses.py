"""Requests to every address: any method, path, query, header, form; right ones among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random  # noqa: TID251 (a type here; `measure.dice` makes them)
from urllib.parse import quote, quote_from_bytes, urlencode

from flask import Flask

from cds_service.core.knowledge import Knowledge
from tests.fuzz.call import Call
from tests.fuzz.changes import ODD


Headers = tuple[tuple[str, str], ...]
METHODS = (
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "get",
    "X",
)
FORM = "application/x-www-form-urlencoded"
TYPES = (
    "application/json", "application/json; charset=utf-16", "application/json;charset=nonsense", "application/fhir+json",
    "application/xml", "text/plain", FORM, f"{FORM}; charset=utf-7", "multipart/form-data", "application/",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 300,
    "", "/", ";", "application/+json", "a" * 3_000, "\xff\xfe", "application/json, text/html",
)  # fmt: skip
ODD_HEADERS: tuple[tuple[str, Sequence[str]], ...] = (
    ("Authorization", (
        "", "Bearer", "Bearer ", "Bearer x.y.z", "Bearer eyJhbGciOiJub25lIn0.e30.", "Basic Og==", "Basic !", "Digest",
        "Digest a=\"", "\xff", "Bearer " + "x" * 5_000, "Negotiate\tx", "Bearer a, Bearer b", "Basic " + "/" * 99,
    )),
    ("Accept", ("", "*/*", "text/html", "application/fhir+xml", ";q=", "text/html;q=nan", "*/*;q=-1", "a,b;;,", "\xff", "x" * 4_000)),
    ("Accept-Language", ("", "xx-", "de;q=x", "\xff")),
    ("Content-Encoding", ("gzip", "identity", "br", "", "deflate, gzip", "\xff")),
    ("Content-Length", ("-1", "x", "", "1e3", "+3", "\xb2", "007")),
    ("Host", ("", "a b", "[::1", "x:99999999", "\xe9", "a/b", "evil.example:x", "[::1]:80", "@", "a" * 300)),
    ("Origin", ("null", "", "https://a b", "\xff", "*", "https://example.org")),
    ("Access-Control-Request-Method", ("POST", "", "\xff")),
    ("X-Request-Id", ("a" * 8, "a" * 5_000, "<b>", "\xff", "")),
    ("X-Forwarded-For", ("::1, x", "")), ("X-Forwarded-Proto", ("https", "junk")), ("Forwarded", ("for=\"",)),
    ("traceparent", ("00-" + "0" * 32 + "-" + "0" * 16 + "-00", "ff", "\xff", "00-" + "g" * 32 + "-x-01")),
    ("Cookie", ("a=b; ;=;", "\xff=\xfe", "session=\"", "x" * 3_000)),
    ("If-None-Match", ("*", "\"", "W/\"x\"", "\xff")), ("If-Modified-Since", ("never", "Thu, 01 Jan 99999 00:00:00 GMT", "Sun, 31 Feb 2026 25:61:61 GMT", "")),
    ("Range", ("bytes=0-", "bytes=-1", "bytes=5-1", "bytes=x", "lines=1-2", "bytes=0-1,3-4", "bytes=" + "9" * 400 + "-")),
    ("If-Range", ("x", "Thu, 01 Jan 0000 00:00:00 GMT")), ("Prefer", ("handling=strict", ";;,", "\xff")),
    ("HX-Request", ("true", "")), ("HX-Target", ("x", "\xff")), ("Expect", ("100-continue",)),
)  # fmt: skip
VALUES = (
    "", "0", "-1", "1", "20", "99999999999999999999999", "1e999", "NaN", "0x10", "\u0663", "²", "2026", "2026-11", "2026-11-21", "2026-13-45",
    "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-23:59", "1900-01-01T00:00:00+23:59", "2299-12-31T23:59:59-23:59",
    "2299-12-31", "1900-01-01", "2026-11-21T10:00", "2026-11-21T10:00:00+05:45", "ge2026", "lt0001", "gt9999-12-31", "eb1", "ap2026-11-21",
    "sa9999", "ne", "a|b", "|", "||", "|x", "x|", "a,b,,", "\\,", "\\", "$", "Patient/1", "Patient/", "/", "urn:uuid:x", "http://x/y|z", "true",
    "present", "absent", "unknown", "<5", ">= 1,5", "1.2.3", "mmol/L", "<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --", "../../etc",
    "\u0000", "a\u0000b", "\ud800", "\u202e", "é" * 2_000, "x" * 4_000, " ", "\r\nSet-Cookie: a=b", "%", "%25", "%zz", "legs", "open", "json", "xml",
    "application/fhir+json", "count", "text", "data", "-date", "date,_id", "Observation:subject", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
)  # fmt: skip
NAMES = (
    "since", "until", "client", "q", "tag", "case", "service", "tab", "add", "as", "add-lab", "add-value", "add-unit", "request", "show",
    "_id", "_count", "_offset", "_page", "_format", "_summary", "_elements", "_sort", "_include", "_revinclude", "_total", "_lastUpdated",
    "_has:Observation:patient:code", "patient", "patient:Patient", "subject", "subject.name", "encounter", "code", "code:in", "code:missing",
    "code:not", "category", "status", "clinical-status", "date", "birthdate", "onset-date", "authoredon", "name", "name:exact", "name:contains",
    "family", "given", "gender", "identifier", "url", "version", "title", "", ":", "&", "\u0000", "x" * 500,
)  # fmt: skip
SEGMENTS = (
    "", "/", "..", ".", "%00", "%ff", "%2e%2e%2f", "%2F", "%ed%a0%80", "x", "x" * 3_000, "é", "\xff", "a:b", "{id}", "<x>", "'", "metadata",
    "Patient", "Observation", "Questionnaire", "_search", "$everything", "_history", "findings", "conditions", "rules", "workups", "leg-pain-at-rest",
)  # fmt: skip


class Addresses:
    """Every route of an application, filled in with what exists and with what does not."""

    def __init__(self, app: Flask, knowledge: Knowledge, cases: Sequence[str]) -> None:
        self._rules = sorted({rule.rule for rule in app.url_map.iter_rules()})
        self._cases = cases
        self._known = (
            *app.view_functions,
            *(f"leg-pain-{hook}" for hook in ("patient-view", "order-sign", "risk-screen")),
            *knowledge.findings,
            *knowledge.analytes,
            *cases,
        )
        self._findings, self._analytes = list(knowledge.findings), list(knowledge.analytes)

    def call(self, dice: Random) -> Call:
        """Any request."""
        headers = [*self._headers(dice)]
        method = dice.choice(METHODS)
        kind, body = self._body(dice) if method in {"POST", "PUT", "PATCH"} else ("", b"")
        headers += [("Content-Type", kind)] if kind else []
        return Call(method, self._path(dice) + self._query(dice), body, tuple(headers))

    def _path(self, dice: Random) -> str:
        if dice.random() < 0.1:
            return "/" + "/".join(dice.choice(SEGMENTS) for _ in range(dice.randint(0, 6)))
        path = re.sub(r"<[^>]+>", lambda _: self._segment(dice), dice.choice(self._rules))
        return path + dice.choice(("", "", "", "", "/", "//", "%00", ";x"))

    def _segment(self, dice: Random) -> str:
        return dice.choice(SEGMENTS if dice.random() < 0.5 else [quote(i) for i in self._known])

    def _query(self, dice: Random) -> str:
        kind = dice.random()
        if kind < 0.2:
            return ""
        if kind < 0.3:
            return "?" + quote_from_bytes(dice.randbytes(20), safe="&=;%+?") + "&%&=&;&%f&a=%"
        return "?" + urlencode(self._pairs(dice), errors="surrogatepass")

    def report_query(self, dice: Random) -> str:
        """A query of the reports: their own members, and anything in them."""
        names = dice.sample(("since", "until", "client"), dice.randint(1, 3))
        pairs = [(name, dice.choice(VALUES)) for name in names]
        return "?" + urlencode(pairs, errors="surrogatepass")

    def switches(self, dice: Random) -> list[tuple[str, str]]:
        """Members of a form, of "What if" and others."""
        return self._pairs(dice)

    def _pairs(self, dice: Random) -> list[tuple[str, str]]:
        pairs = [(self._name(dice), self._value(dice)) for _ in range(dice.choice((1, 2, 5, 200)))]
        if dice.random() < 0.4:
            pairs.append(("case", dice.choice(self._cases)))
        return pairs if sum(len(v) for _, v in pairs) < 20_000 else pairs[:4]

    def _name(self, dice: Random) -> str:
        switches = (
            f"f.{dice.choice(self._findings)}",
            f"lab.{dice.choice(self._analytes)}",
            f"unit.{dice.choice(self._analytes)}",
        )
        return dice.choice(switches if dice.random() < 0.3 else NAMES)

    def _value(self, dice: Random) -> str:
        return dice.choice(VALUES if dice.random() < 0.8 else self._known)

    def _headers(self, dice: Random) -> Headers:
        chosen = dice.sample(ODD_HEADERS, dice.choice((0, 0, 1, 1, 3)))
        return tuple((name, dice.choice(values)) for name, values in chosen)

    def _body(self, dice: Random) -> tuple[str, bytes]:
        kind = dice.random()
        if kind < 0.4:
            return FORM, urlencode(self._pairs(dice), errors="surrogatepass").encode()
        body = dice.choice(
            (b"", b"{}", b"[]", b"null", b"--x\r\n", _part(dice), dice.randbytes(40))
        )
        return dice.choice(TYPES), body


def _part(dice: Random) -> bytes:
    """One part of a form with parts, more or less."""
    name = dice.choice(("request", "file", "", "\xff", 'x"y'))
    value = repr(dice.choice(ODD)).encode("utf-8", "replace")
    kind = dice.choice(("", "; filename=x.json", '; filename="', "; filename*=utf-8''%ff"))
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'.encode("latin-1")
    return head + value + dice.choice((b"\r\n--x--\r\n", b"", b"\r\n--x"))
