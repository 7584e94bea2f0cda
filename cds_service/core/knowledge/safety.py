"""What cannot wait, what must not be done, and what may be advised."""

from __future__ import annotations

from cds_service.core.conditions import Condition
from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Category, Urgency


class FlagLevel(Entry, frozen=True, kw_only=True):
    """One urgency of a red flag and what raises it. Conditions never use ``not`` or ``unknown``."""

    urgency: Urgency
    when: Condition


class RedFlag(Entry, frozen=True, kw_only=True):
    """A pattern that cannot wait. Arguments against it never lower it.

    Attributes:
        levels: Most urgent first; the first that holds counts.
        stands_alone: Opens the gate without a leg complaint.
        answered_by: Work-ups whose order or newer result answers it.
        workups: What its card suggests (emergency-assessment is replaced by the deciding test
            when the patient is already in an emergency or inpatient encounter).
        summary: What the card says first; under 100 characters.
        detail: What to do and not to do, in one or two sentences.
    """

    id: str
    label: str
    levels: tuple[FlagLevel, ...]
    suspected: tuple[str, ...]
    stands_alone: bool = False
    answered_by: tuple[str, ...] = ()
    workups: tuple[str, ...] = ()
    summary: str
    detail: str = ""
    sources: tuple[str, ...]
    seed_flags: tuple[str, ...] = ()
    note: str = ""


class Interlock(Entry, frozen=True, kw_only=True):
    """A safety rule that withholds or turns round advice, tests or treatments."""

    id: str
    label: str
    when: Condition
    says: str
    sources: tuple[str, ...]
    note: str = ""


class Advice(Entry, frozen=True, kw_only=True):
    """Self-care or treatment information shown in a card's detail.

    ``when`` must hold (default: one of ``causes`` is at least possible). An interlock in
    ``withheld-by`` that is active removes it; ``instead`` is then said in its place, if given.
    ``caution`` marks advice that is itself a warning about a treatment; with ``alerts`` it is
    worth a card of its own, without it stands in the detail of one.
    """

    id: str
    label: str
    causes: tuple[str, ...]
    when: Condition | None = None
    at_least: Category = Category.LIKELY
    text: str
    withheld_by: tuple[str, ...] = ()
    instead: str = ""
    caution: bool = False
    alerts: bool = False
    sources: tuple[str, ...]
    seed_treatments: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""
