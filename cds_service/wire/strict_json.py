"""JSON as RFC 8259 has it: no NaN, no trailing comma, no comment, no byte order mark, bounded depth.

Decoding happens once, with orjson. Duplicate keys are tolerated; the last one counts.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import Any

import orjson

from cds_service.core.errors import InvalidRequestError


_BOM = b"\xef\xbb\xbf"
_BRACKETS_AND_QUOTES = b'{}[]"'
_ALL_ELSE = bytes(byte for byte in range(256) if byte not in _BRACKETS_AND_QUOTES)
_STEPS = bytes.maketrans(b"{[}]", b"\x01\x01\xff\xff")
_USUAL_ROUNDS = 10


def read_json(body: bytes, max_depth: int) -> Any:
    """The value that ``body`` encodes.

    Raises:
        InvalidRequestError: Empty, not strict JSON in UTF-8, or nested deeper than ``max_depth``.
    """
    if not body.strip():
        raise InvalidRequestError("The body is empty; a JSON object is expected.")
    if body.startswith(_BOM):
        raise InvalidRequestError("The body starts with a byte order mark.")
    if _deeper_than(body, max_depth):
        raise InvalidRequestError(f"The body is nested deeper than {max_depth} levels.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise InvalidRequestError(
            f"The body is not valid JSON (line {problem.lineno}, column {problem.colno})."
        ) from None


def write_json(value: Any) -> bytes:
    """``value`` as JSON, keys in the order in which they were put in (TOK-08)."""
    return orjson.dumps(value)


def pretty_json(value: Any) -> str:
    """``value`` as JSON for people to read."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _deeper_than(body: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than ``limit``; before parsing, without recursion.

    Pairs of brackets are taken away from the inside out, two levels at most in one round; nearly
    every document is gone after a few. What is not is counted byte by byte, in linear time.
    """
    brackets = _outside_strings(body)
    rest = brackets
    for _ in range(min(_USUAL_ROUNDS, limit // 2)):
        rest = rest.replace(b"{}", b"").replace(b"[]", b"")
    return bool(rest) and max(accumulate(array("b", brackets.translate(_STEPS)))) > limit


def _outside_strings(body: bytes) -> bytes:
    """Only the brackets that are not part of a string."""
    unescaped = _without_escapes(body) if b"\\" in body else body
    marks = unescaped.translate(None, _ALL_ELSE).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def _without_escapes(body: bytes) -> bytes:
    """Without backslashes and the byte that follows each; an escaped backslash escapes nothing."""
    return body.replace(b"\\\\", b"").replace(b'\\"', b"")
