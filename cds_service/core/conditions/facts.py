"""What conditions may ask about one patient."""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Protocol

from cds_service.core.values import Category


class Facts(Protocol):
    """What conditions may ask about one patient."""

    @property
    def known(self) -> Mapping[str, bool]:
        """Findings that are present (True) or absent (False); an unknown one is not in it."""

    @property
    def keys(self) -> Set[str]:
        """What there is to go by.

        Present findings by id, and ``cause:``, ``criterion:``, ``result:``, ``flag:`` and
        ``workup:`` keys of what was concluded.
        """

    def is_current(self, finding: str) -> bool:
        """The finding is present now, by the windows of its channel."""

    def known_for_days(self, finding: str) -> float | None:
        """How long a present finding has been known; None when it is undated."""

    def established(self, cause: str) -> bool:
        """The diagnosis is on record and active."""

    def reason_for_care(self, cause: str) -> bool:
        """The diagnosis is the reason of a current encounter, or new in this request."""

    def category(self, cause: str) -> Category:
        """Category in the differential."""

    def criterion_range(self, criterion: str) -> tuple[int, int]:
        """Points that are known, and points if every unknown item were present."""

    def criterion_result(self, criterion: str) -> str:
        """``met``, ``not-met`` or ``undetermined``."""

    def measured(self, analyte: str) -> tuple[Decimal, str] | None:
        """Deciding valid value and its comparator, or None."""

    def times_limit(self, analyte: str) -> Decimal | None:
        """Deciding value divided by the laboratory's own upper limit, or None."""

    def flagged(self, red_flag: str) -> bool:
        """The red flag was raised."""

    def workup_state(self, workup: str) -> str:
        """``done``, ``ordered`` or ``missing``."""

    @property
    def age(self) -> int | None:
        """Age in years."""

    @property
    def sex(self) -> str:
        """Administrative gender."""

    @property
    def setting(self) -> str:
        """Where the patient is now."""
