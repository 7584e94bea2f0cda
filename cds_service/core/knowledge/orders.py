"""What is said about an order before it is signed, treatments as orders, and quiet screening."""

from __future__ import annotations

from cds_service.core.conditions import Condition
from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Coding, Period


class Treatment(Entry, frozen=True, kw_only=True):
    """A treatment that is ordered like a device or a nursing measure, recognised by code or words."""

    id: str
    label: str
    codes: tuple[Coding, ...] = ()
    phrases: tuple[str, ...] = ()
    note: str = ""


class Orders(Entry, frozen=True, kw_only=True):
    """Which orders a check looks at: by work-up, drug class or treatment; one of them suffices.

    An order of one of the drug classes in ``except-drugs`` is not looked at.
    """

    workups: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    except_drugs: tuple[str, ...] = ()


class OrderCheck(Entry, frozen=True, kw_only=True):
    """Something to say about a drafted order itself.

    Attributes:
        kind: ``condition`` (the default): ``when`` decides. ``duplicate``: the same test has a valid
            result or is on its way. ``too-late``: a red flag wants the test sooner than drafted.
        when: Asked without what the draft itself would change, and with the other drafts.
        summary: Follows the name of the order on the card, so under 76 characters.
        says: One or two sentences of detail.
        instead: Work-ups offered as orders, as far as they are neither done nor ordered.
        because: What they are for, as a clause; needed with ``instead``.
        interlock: The safety rule of the vocabulary that the check applies to orders, if any.
    """

    id: str
    label: str
    orders: Orders = Orders()
    kind: str = "condition"
    when: Condition
    summary: str
    says: str
    indicator: str = "info"
    instead: tuple[str, ...] = ()
    because: str = ""
    interlock: str = ""
    sources: tuple[str, ...]
    note: str = ""


class Screening(Entry, frozen=True, kw_only=True):
    """A test that may be offered to somebody without complaint.

    Attributes:
        when: Who belongs to the group. Nobody does of whom it is not known.
        taken_for: A drug exposure and how long it must have been on record.
        unless_established: Diagnoses that make it no screening any more.
        because: Why this patient, as a clause.
        limits: What speaks against, or is not known, of the evidence; stands on the card.
    """

    id: str
    workup: str
    when: Condition
    taken_for: Period | None = None
    drug_finding: str = ""
    unless_established: tuple[str, ...] = ()
    because: str
    limits: str
    sources: tuple[str, ...]
    note: str = ""
