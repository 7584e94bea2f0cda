"""The pages of what is said of drafted orders, and of what is offered without complaint."""

from __future__ import annotations

from cds_service.core.knowledge import Knowledge, OrderCheck, Screening
from cds_service.knowledge.pages.blocks import (
    Page,
    Statement,
    Statements,
    Tag,
    facts,
    page,
    rule,
    section,
)
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.limits import period_in_words
from cds_service.knowledge.pages.mentions import Index
from cds_service.knowledge.pages.parts import Ref, linked, listed, said


KINDS_OF_CHECK = {
    "duplicate": "on a test with a valid result or an open order",
    "too-late": "on a test that a red flag wants sooner than it is drafted",
}


def looked_at(check: OrderCheck, k: Knowledge) -> tuple[list[Ref], list[Ref]]:
    """Orders that a check looks at, and those that it leaves out."""
    orders = check.orders
    named = [ref("workups", id, k) for id in orders.workups]
    named += [ref("drugs", id, k) for id in orders.drugs]
    named += [ref("treatments", id, k) for id in orders.treatments]
    return named, [ref("drugs", id, k) for id in orders.except_drugs]


def order_check_page(check: OrderCheck, index: Index) -> Page:
    """What is said of an order, and when."""
    k = index.k
    named, left_out = looked_at(check, k)
    by_itself = KINDS_OF_CHECK.get(check.kind, "")
    about = facts(
        ("Card", f"“order: {check.summary}”"),
        ("Looks at", listed(named)),
        ("Not at", listed(left_out)),
        ("Speaks", by_itself),
        ("Offers", listed(ref("workups", id, k) for id in check.instead)),
        ("Because", check.because),
        ("Interlock", linked(ref("interlocks", check.interlock, k)) if check.interlock else ""),
        ("Sources disagree", listed(index.conflicts(check.id))),
    )
    speaks = None if by_itself else rule("Speaks when", check.when, k)
    stands = Statement(said("What it says"), sources=cited(check.sources, k))
    sections = (
        section("about", "On which orders", about, speaks),
        section("sources", "Sources", Statements((stands,))),
    )
    tags = [Tag(check.indicator, check.indicator)]
    return page(ref("order-checks", check.id, k), tags, check.says, sections, check.note)


def screening_page(screening: Screening, index: Index) -> Page:
    """What may be offered without complaint, with the limits of the evidence."""
    k = index.k
    taken = f"for at least {period_in_words(screening.taken_for)}" if screening.taken_for else ""
    drug = screening.drug_finding
    about = facts(
        ("Offers", linked(ref("workups", screening.workup, k))),
        ("Because of", screening.because),
        ("Limits of the evidence", screening.limits),
        ("On record", taken),
        ("What is on record", linked(ref("findings", drug, k)) if drug else ""),
        ("Not with", listed(ref("causes", id, k) for id in screening.unless_established)),
    )
    stands = Statement(said("Who is offered it"), sources=cited(screening.sources, k))
    sections = (
        section("about", "For whom", about, rule("Offered when", screening.when, k)),
        section("sources", "Sources", Statements((stands,))),
    )
    return page(ref("screenings", screening.id, k), (), screening.because, sections, screening.note)
