"""Strict JSON and the bound on nesting."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.core.errors import InvalidRequestError
from cds_service.wire.strict_json import read_json, write_json


def depth_of(value: object) -> int:
    """The plain definition, by recursion."""
    if isinstance(value, dict):
        return 1 + max((depth_of(v) for v in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(v) for v in value), default=0)
    return 0


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('[]{}"\\ax', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text('[{}]"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=30,
)


@given(VALUES, st.integers(1, 8))
def test_the_bound_is_the_depth(value: object, limit: int) -> None:
    """Brackets and quotes inside strings do not count."""
    body = json.dumps(value).encode()
    if depth_of(value) > limit:
        with pytest.raises(InvalidRequestError, match="deeper"):
            read_json(body, limit)
    else:
        assert read_json(body, limit) == value


@pytest.mark.parametrize("limit", [15, 16, 17, 200])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_both_sides_of_the_bound(limit: int, opening: str, closing: str) -> None:
    """At the limit, and one beyond."""
    fits = (opening * limit + "1" + closing * limit).encode()
    read_json(fits, limit)
    with pytest.raises(InvalidRequestError):
        read_json(opening.encode() + fits + closing.encode(), limit)


def test_keys_keep_their_order() -> None:
    """TOK-08."""
    assert write_json({"b": 1, "a": 2}) == b'{"b":1,"a":2}'
