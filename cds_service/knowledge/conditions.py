"""From a condition as written in YAML to a tree that can be evaluated.

The grammar stands in ``cds_service.core.conditions``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from cds_service.core import conditions as c
from cds_service.core.values import Category


class ConditionSyntaxError(ValueError):
    """The YAML is not a condition; the message says which part and why."""


def parse_condition(written: object) -> c.Condition:
    """Build the condition tree for what stands in a knowledge file."""
    if isinstance(written, str):
        return c.FindingIs(written)
    if not isinstance(written, dict) or not written:
        raise ConditionSyntaxError(f"expected a finding id or a mapping, got {written!r}")
    parts = cast("dict[str, Any]", written)
    for key, build in _BUILDERS.items():
        if key in parts:
            return _build(key, build, parts)
    raise ConditionSyntaxError(f"unknown condition {sorted(parts)}")


def _build(
    key: str, build: Callable[[dict[str, Any]], c.Condition], parts: dict[str, Any]
) -> c.Condition:
    extra = set(parts) - _ALLOWED[key]
    if extra:
        raise ConditionSyntaxError(f"'{key}' does not take {sorted(extra)}")
    try:
        return build(parts)
    except (KeyError, TypeError, InvalidOperation) as problem:
        raise ConditionSyntaxError(f"'{key}': {problem}") from problem


def _several(written: object, key: str) -> tuple[c.Condition, ...]:
    if not isinstance(written, list) or not written:
        raise ConditionSyntaxError(f"'{key}' needs a list of conditions")
    return tuple(parse_condition(part) for part in cast("list[object]", written))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ConditionSyntaxError(f"expected text, got {value!r}")
    return value


def _whole(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConditionSyntaxError(f"expected a whole number, got {value!r}")
    return value


def _finding(parts: dict[str, Any]) -> c.Condition:
    if len(parts) == 1:
        return c.FindingIs(_text(parts["finding"]))
    return c.FindingOfAge(
        _text(parts["finding"]),
        within_days=_whole(parts.get("within-days")),
        for_days=_whole(parts.get("for-days")),
        current=parts.get("current") is True,
    )


def _criterion(parts: dict[str, Any]) -> c.Condition:
    asked = [key for key in ("at-least", "cannot-reach", "result") if key in parts]
    if len(asked) != 1:
        raise ConditionSyntaxError("'criterion' needs one of at-least, cannot-reach, result")
    return c.CriterionIs(
        _text(parts["criterion"]),
        at_least=_whole(parts.get("at-least")),
        cannot_reach=_whole(parts.get("cannot-reach")),
        result=str(parts.get("result", "")),
    )


def _measured(parts: dict[str, Any]) -> c.Condition:
    analyte = _text(parts["measured"])
    if "above-limit" in parts:
        return c.TimesLimit(analyte, Decimal(_text(parts["above-limit"])))
    limits = tuple(
        c.Measured(analyte, relation, Decimal(_text(parts[relation])))
        for relation in ("above", "at-least", "below", "at-most")
        if relation in parts
    )
    if not limits:
        raise ConditionSyntaxError(
            "'measured' needs above, at-least, below, at-most or above-limit"
        )
    return limits[0] if len(limits) == 1 else c.All(limits)


def _settings(written: object) -> tuple[str, ...]:
    return tuple(cast("list[str]", written)) if isinstance(written, list) else (_text(written),)


_BUILDERS: dict[str, Callable[[dict[str, Any]], c.Condition]] = {
    "all": lambda p: c.All(_several(p["all"], "all")),
    "any": lambda p: c.AtLeast(1, _several(p["any"], "any")),
    "not": lambda p: c.Not(parse_condition(p["not"])),
    "of": lambda p: c.AtLeast(_whole(p["at-least"]) or 1, _several(p["of"], "of")),
    "finding": _finding,
    "unknown": lambda p: c.FindingUnknown(_text(p["unknown"])),
    "established": lambda p: c.Established(_text(p["established"])),
    "reason-for-care": lambda p: c.ReasonForCare(_text(p["reason-for-care"])),
    "cause": lambda p: c.CauseAtLeast(_text(p["cause"]), Category(p["at-least"])),
    "criterion": _criterion,
    "measured": _measured,
    "age-at-least": lambda p: c.Age(at_least=_whole(p["age-at-least"])),
    "age-below": lambda p: c.Age(below=_whole(p["age-below"])),
    "sex": lambda p: c.Sex(_text(p["sex"])),
    "setting": lambda p: c.InSetting(_settings(p["setting"])),
    "red-flag": lambda p: c.Flagged(_text(p["red-flag"])),
    "workup": lambda p: c.WorkupIs(_text(p["workup"]), _text(p["is"])),
    "always": lambda _: c.Always(),
}
_ALLOWED: dict[str, set[str]] = {key: {key} for key in _BUILDERS} | {
    "of": {"of", "at-least"},
    "finding": {"finding", "within-days", "for-days", "current"},
    "cause": {"cause", "at-least"},
    "criterion": {"criterion", "at-least", "cannot-reach", "result"},
    "measured": {"measured", "above", "at-least", "below", "at-most", "above-limit"},
    "workup": {"workup", "is"},
}
