"""Three-valued logic: what is not known never decides."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cds_service.core.conditions import compare
from cds_service.knowledge.conditions import ConditionSyntaxError, parse_condition


class Known:
    """Facts of which only findings matter: present, absent, and everything else unknown."""

    def __init__(self, present: str = "", absent: str = "") -> None:
        self.known = dict.fromkeys(present.split(), True) | dict.fromkeys(absent.split(), False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("p", True),
        ("a", False),
        ("u", None),
        ({"all": ["p", "u"]}, None),
        ({"all": ["a", "u"]}, False),
        ({"any": ["p", "u"]}, True),
        ({"any": ["a", "u"]}, None),
        ({"any": ["a"]}, False),
        ({"not": "u"}, None),
        ({"not": "a"}, True),
        ({"at-least": 2, "of": ["p", "u", "a"]}, None),
        ({"at-least": 2, "of": ["p", "a", "a"]}, False),
        ({"at-least": 2, "of": ["p", "q", "u"]}, True),
        ({"unknown": "u"}, True),
        ({"unknown": "a"}, False),
    ],
)
def test_logic(written: object, expected: bool | None) -> None:
    """Kleene's strong three-valued logic."""
    facts = Known(present="p q", absent="a")
    assert parse_condition(written).holds(facts) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "comparator", "relation", "limit", "expected"),
    [
        ("5", "", "above", "5", False),
        ("5", "", "at-least", "5", True),
        ("5", "<", "above", "5", False),
        ("5", "<", "below", "5", True),
        ("5", "<", "below", "4", None),
        ("5", ">", "above", "5", True),
        ("5", ">", "at-most", "5", False),
        ("5", ">", "above", "6", None),
        ("5", ">=", "above", "5", None),
        ("5", ">=", "at-least", "5", True),
        ("5", "<=", "at-most", "5", True),
        ("5", "<=", "below", "5", None),
    ],
)
def test_comparators(
    value: str, comparator: str, relation: str, limit: str, expected: bool | None
) -> None:
    """A result with a comparator decides only where every value it may stand for agrees."""
    assert compare(Decimal(value), comparator, relation, Decimal(limit)) is expected


@pytest.mark.parametrize(
    "written",
    [{}, 3, {"all": []}, {"alle": ["p"]}, {"finding": "p", "within": 3}, {"measured": "abi"}, None],
)
def test_syntax_errors_are_refused(written: object) -> None:
    """A condition that says nothing clear is not loaded."""
    with pytest.raises(ConditionSyntaxError):
        parse_condition(written)


def test_because_names_only_what_holds() -> None:
    """The reasons of an 'any' are the parts that are true."""
    condition = parse_condition({"any": [{"all": ["p", "a"]}, {"all": ["p", "q"]}, "u"]})
    assert condition.because(Known(present="p q", absent="a")) == ("p", "q")  # type: ignore[arg-type]
