"""Quantities: numbers, comparators, units, reference ranges. An unknown unit is never guessed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec

from cds_service.core.knowledge import Analyte
from cds_service.fhir.access import Json, ReadingError, object_of, objects_of, text_of
from cds_service.knowledge.terminology import Conversion, Terminology


_COMPARATORS = frozenset({"", "<", "<=", ">", ">="})
_COMPARATOR_SPELLINGS = {"\u2264": "<=", "\u2265": ">=", "ad": ">="}


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A result in the unit of its analyte, and as it was sent."""

    value: Decimal
    sent: Decimal
    sent_unit: str
    comparator: str
    conversion: Conversion
    text: str


def number_of(quantity: Json, member: str = "value") -> Decimal | None:
    """A number; None when missing.

    Raises:
        ReadingError: It is not a finite number ("5.1" as text is refused, like true and NaN).
    """
    value = quantity.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ReadingError(f"{member}: expected a number")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise ReadingError(f"{member}: expected a number") from None
    if not number.is_finite():
        raise ReadingError(f"{member}: expected a finite number")
    return number


def amount_of(quantity: Json, analyte: Analyte, terminology: Terminology) -> Amount | None:
    """A Quantity converted to the unit of ``analyte``; None when it holds no number.

    Raises:
        ReadingError: No number, an unknown comparator, or a unit that is not listed.
    """
    number = number_of(quantity)
    if number is None:
        return None
    comparator = text_of(quantity, "comparator")
    comparator = _COMPARATOR_SPELLINGS.get(comparator, comparator)
    if comparator not in _COMPARATORS:
        raise ReadingError(f"comparator not understood for {analyte.id}")
    conversion = _conversion(quantity, analyte, terminology)
    return Amount(
        value=convert(number, conversion),
        sent=number,
        sent_unit=text_of(quantity, "code") or text_of(quantity, "unit"),
        comparator=comparator,
        conversion=conversion,
        text=_as_sent(quantity, number, comparator),
    )


def convert(number: Decimal, conversion: Conversion) -> Decimal:
    """``value * factor + offset``."""
    return number * conversion[0] + conversion[1]


def _conversion(quantity: Json, analyte: Analyte, terminology: Terminology) -> Conversion:
    written = [unit for unit in (text_of(quantity, "code"), text_of(quantity, "unit")) if unit]
    for unit in written or [""]:
        found = terminology.conversion(analyte.id, unit)
        if found is not None:
            return found
    problem = "unit not known" if written else "no unit"
    raise ReadingError(f"{problem} for {analyte.id}")


def _as_sent(quantity: Json, number: Decimal, comparator: str) -> str:
    """For people: at most three decimals, and no unit where the number has none."""
    unit = text_of(quantity, "unit") or text_of(quantity, "code")
    if unit == "1" or (unit.startswith("{") and unit.endswith("}")):
        unit = ""
    shown = f"{number.normalize():f}" if abs(number.adjusted()) < 12 else str(number)
    whole, point, places = shown.partition(".")
    return f"{comparator}{whole}{point}{places[:3]} {unit}".strip()


def reference_range(
    observation: Json, analyte: Analyte, amount: Amount, terminology: Terminology
) -> tuple[Decimal | None, Decimal | None]:
    """The laboratory's own limits in the unit of the analyte; 0-0 and reversed ranges are none.

    A limit whose unit differs from the result's is converted by its own unit, or left out.
    """
    for written in objects_of(observation, "referenceRange"):
        if not _is_normal_range(written):
            continue
        low = _limit(object_of(written, "low"), analyte, amount, terminology)
        high = _limit(object_of(written, "high"), analyte, amount, terminology)
        if low is not None and high is not None and low >= high:
            continue
        if low is not None or (high is not None and high > 0):
            return low, high
    return None, None


def _is_normal_range(written: Json) -> bool:
    """A range without a type, or of type "normal"; therapeutic and critical ranges are others."""
    kind = object_of(written, "type")
    if kind is None:
        return True
    codes = [text_of(c, "code").lower() for c in objects_of(kind, "coding")]
    return not codes or "normal" in codes


def _limit(
    quantity: Json | None, analyte: Analyte, amount: Amount, terminology: Terminology
) -> Decimal | None:
    number = None if quantity is None else number_of(quantity)
    if quantity is None or number is None:
        return None
    written = text_of(quantity, "code") or text_of(quantity, "unit")
    if not written:
        return convert(number, amount.conversion)
    try:
        return convert(number, _conversion(quantity, analyte, terminology))
    except ReadingError:
        return None
