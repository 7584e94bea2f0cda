"""What may be suggested, when, and when not."""

from __future__ import annotations

from cds_service.core.conditions import Condition
from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Coding, Period, Priority


class Indication(Entry, frozen=True, kw_only=True):
    """A reason to suggest a work-up.

    ``because`` is what the card says about it: a short clause, without the name of the test.
    ``line: 2`` is suggested only when no first-line work-up for the same causes is still open.
    ``repeat-when-done``: a valid earlier result does not count as done (a fresh one is needed).
    An indication whose causes are all established is dropped, unless ``for-established``.
    """

    id: str
    workup: str
    when: Condition
    causes: tuple[str, ...] = ()
    priority: Priority = Priority.ROUTINE
    line: int = 1
    because: str
    sources: tuple[str, ...]
    repeat_when_done: bool = False
    for_established: bool = False
    note: str = ""


class Withholding(Entry, frozen=True, kw_only=True):
    """A reason not to suggest a work-up although it is indicated. ``instead`` names another."""

    id: str
    workup: str
    when: Condition
    interlock: str = ""
    instead: str = ""
    because: str
    sources: tuple[str, ...]


class Workup(Entry, frozen=True, kw_only=True):
    """Something that may be suggested: a test, an examination, a referral, a review.

    Attributes:
        kind: laboratory, imaging, vascular-test, examination, referral, action or link.
        order: Synonymous codes of one test, first is primary. With only our own code the
            work-up stays text in the card.
        results: Codes of results and procedures that mean it was done, beside ``order``.
        analytes: Analytes whose result means it was done.
        phrases: Words that recognise it in local names.
        valid_for: How long a result counts.
        renewed_by: Findings whose newer appearance makes an older result stale.
        covers: Work-ups that a result or order of this one includes (a panel and its parts).
        decides: What the result will decide; one sentence on the card.
    """

    id: str
    label: str
    kind: str
    order: tuple[Coding, ...]
    results: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    analytes: tuple[str, ...] = ()
    all_analytes: bool = False
    phrases: tuple[str, ...] = ()
    valid_for: Period
    valid_for_source: str = "house"
    renewed_by: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    decides: str = ""
    note: str = ""
