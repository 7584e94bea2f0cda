"""One key for the many ways in which laboratories write the same unit."""

from __future__ import annotations

from functools import lru_cache


_REMOVED = str.maketrans("", "", " _{}[]")
_MICRO = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "\u2212": "-"}
)  # micro sign, Greek mu, superscript


@lru_cache(maxsize=1024)
def unit_key(unit: str) -> str:
    """``m[IU]/L``, ``mIU/L`` and ``MIU/L`` are one unit, as are ``mcg/L`` and ``µg/L``.

    Annotations keep their words: ``ug{FEU}/L`` and ``ug{DDU}/L`` stay different units.
    """
    key = unit.translate(_MICRO).lower().translate(_REMOVED)
    key = key.replace("iu", "u").replace("mcg", "ug").replace("mcmol", "umol").replace("mcu", "uu")
    return key.replace("/1.73m^2", "/1.73m2").replace("/1.73m*2", "/1.73m2")
