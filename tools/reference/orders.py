"""The pages of what is said of drafted orders, and of what is offered without complaint."""

from __future__ import annotations

from cds_service.core.knowledge import Knowledge, OrderCheck
from cds_service.knowledge.pages.orders import KINDS_OF_CHECK, looked_at
from tools.reference.markdown import cite, entry, joined, section, when


def orders_page(k: Knowledge) -> str:
    """Checks of drafted orders, and the treatments that they know."""
    intro = (
        "Asked while orders are written, only in patients with a current leg complaint, a disease of the "
        "legs on record, or a leg reason on the order. The draft itself does not count as given; the other "
        "drafts do."
    )
    parts = ["# Checks of orders", intro]
    for check in k.order_checks.values():
        items = [
            check.indicator,
            f'"*order*: {check.summary}"',
            check.says,
            f"looks at {_looked_at(check, k)}" if check.kind == "condition" else "",
            KINDS_OF_CHECK.get(check.kind) or f"speaks when {when(check.when, k)}",
            f"offers {', '.join(k.workups[w].label for w in check.instead)}: {check.because}"
            if check.instead
            else "",
            f"interlock: {check.interlock}" if check.interlock else "",
            f"sources: {cite(check.sources, k)}",
            check.note,
        ]
        parts.append(entry(check.id, check.label, items))
    parts.append(
        section("Treatments", (f"{t.label}: {', '.join(t.phrases)}" for t in k.treatments.values()))
    )
    return joined(parts)


def _looked_at(check: OrderCheck, k: Knowledge) -> str:
    named, left_out = looked_at(check, k)
    without = f"; not {', '.join(ref.label for ref in left_out)}" if left_out else ""
    return ", ".join(ref.label for ref in named) + without


def screening_page(k: Knowledge) -> str:
    """What may be offered to people without complaint, with the limits of the evidence."""
    parts = ["# Screening without complaint"]
    for screening in k.screenings.values():
        items = [
            screening.because,
            f"offered when {when(screening.when, k)}",
            f"on record for at least {screening.taken_for.months} months"
            if screening.taken_for is not None
            else "",
            f"not with {', '.join(k.causes[c].label for c in screening.unless_established)} on record",
            screening.limits,
            f"sources: {cite(screening.sources, k)}",
            screening.note,
        ]
        parts.append(section(k.workups[screening.workup].label, items))
    return joined(parts)
