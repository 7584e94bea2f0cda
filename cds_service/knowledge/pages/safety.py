"""The pages of what cannot wait, what must not be done, what may be advised, and named criteria."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import Advice, CriteriaSet, Interlock, Item, Knowledge, RedFlag
from cds_service.knowledge.pages.blocks import (
    Facts,
    Mentions,
    Page,
    Section,
    Statement,
    Statements,
    Tag,
    facts,
    page,
    rule,
    section,
    when,
)
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.mentions import Index, mentions
from cds_service.knowledge.pages.outline import Lists
from cds_service.knowledge.pages.parts import Ref, linked, listed, said


URGENCIES = {
    "emergency-now": "hospital now",
    "same-day-urgent": "seen today",
    "prompt": "soon, by the guideline named",
}


def red_flag_page(flag: RedFlag, index: Index) -> Page:
    """A red flag with everything that raises it."""
    tags = [Tag(level.urgency.value, level.urgency.value) for level in flag.levels]
    here = ref("red-flags", flag.id, index.k)
    lead = f"{flag.summary.rstrip('.')}. {flag.detail}".strip()
    return page(here, tags, lead, _of_flag(flag, index), flag.note)


def _of_flag(flag: RedFlag, index: Index) -> Iterator[Section]:
    k = index.k
    lists = Lists((level.when for level in flag.levels), k)
    levels = tuple(
        Statement(
            said(URGENCIES[level.urgency.value]),
            (Tag(level.urgency.value, level.urgency.value),),
            when_label="raised when",
            when=when(level.when, k, lists),
            sources=cited(flag.sources, k),
        )
        for level in flag.levels
    )
    yield section("raised", "Raised by", Statements(levels))
    yield section("about", "What follows", _what_follows(flag, k))
    yield section("elsewhere", "Elsewhere", _named_by(flag.id, index))


def _what_follows(flag: RedFlag, k: Knowledge) -> Facts:
    return facts(
        ("Suspected", listed(ref("causes", id, k) for id in flag.suspected)),
        ("Suggests", listed(ref("workups", id, k) for id in flag.workups)),
        ("Dealt with once ordered or done", listed(ref("workups", id, k) for id in flag.answered_by)),
        ("Without leg complaint", "raised all the same" if flag.stands_alone else ""),
    )  # fmt: skip


def _named_by(id: str, index: Index) -> Mentions:
    rules = index.rules("red-flags", id).groups
    return mentions([*rules, ("Sources disagree", index.conflicts(id))])


def interlock_page(lock: Interlock, index: Index) -> Page:
    """A safety rule and everything that it holds back."""
    k = index.k
    stands = Statement(said("What it says"), sources=cited(lock.sources, k))
    advice = (ref("advice", a.id, k) for a in k.advice.values() if lock.id in a.withheld_by)
    held = (ref("workups", w.workup, k) for w in k.withholdings.values() if w.interlock == lock.id)
    checks = (ref("order-checks", x.id, k) for x in k.order_checks.values() if x.interlock == lock.id)  # fmt: skip
    groups = mentions(
        [
            ("Withholds advice", advice),
            ("Withholds work-ups", held),
            ("Checks orders", checks),
            ("Sources disagree", index.conflicts(lock.id)),
        ]
    )
    sections = (
        section("on", "On when", rule("On when", lock.when, k)),
        section("effects", "What it does", groups),
        section("sources", "Sources", Statements((stands,))),
    )
    return page(ref("interlocks", lock.id, k), (), lock.says, sections, lock.note)


def advice_page(advice: Advice, index: Index) -> Page:
    """A piece of advice: for whom, when, and what holds it back."""
    k = index.k
    tags = [Tag("warning", "held")] if advice.caution else []
    tags += [Tag("worth a card of its own")] if advice.alerts else []
    about = facts(
        ("For", listed(ref("causes", id, k) for id in advice.causes)),
        ("From", f"{advice.at_least.value} upwards"),
        ("Withheld by", listed(ref("interlocks", id, k) for id in advice.withheld_by)),
        ("Then said instead", advice.instead or ("nothing" if advice.withheld_by else "")),
        ("Sources disagree", listed(_conflicts(advice, index))),
    )
    stands = Statement(said("What it says"), sources=cited(advice.sources, k))
    sections = (
        section("about", "For whom", about, rule("Only when", advice.when, k)),
        section("sources", "Sources", Statements((stands,))),
    )
    return page(ref("advice", advice.id, k), tags, advice.text, sections, advice.note)


def _conflicts(advice: Advice, index: Index) -> Iterator[Ref]:
    named = (ref("conflicts", id, index.k) for id in advice.conflicts)
    return iter(dict.fromkeys((*named, *index.conflicts(advice.id))))


def criteria_page(criteria: CriteriaSet, index: Index) -> Page:
    """A published rule, item by item."""
    k = index.k
    tags = [Tag(f"met with {criteria.met_at} points")]
    tags += [Tag("serves other rules, is not shown by itself")] if criteria.internal else []
    causes = (ref("causes", c.id, k) for c in k.causes.values() if c.criterion == criteria.id)
    lists = Lists((item.when for item in criteria.items if item.when is not None), k)
    items = tuple(_item(item, k, lists) for item in criteria.items)
    stands = Statement(said("The rule"), sources=cited(criteria.sources, k))
    used = mentions([("Decides", causes), *index.rules("criteria", criteria.id).groups])
    sections = (
        section("applies", "Evaluated when", rule("Not evaluated unless", criteria.applies_when, k)),
        section("items", "Items", Statements(items)),
        section("sources", "Sources", Statements((stands,))),
        section("elsewhere", "Where it is used", used),
    )  # fmt: skip
    return page(ref("criteria", criteria.id, k), tags, "", sections, criteria.note)


def _item(item: Item, k: Knowledge, lists: Lists) -> Statement:
    points = Tag(f"{item.points:+d}", "good" if item.points > 0 else "held")
    about = ref("findings", item.finding, k) if item.finding else None
    label = said(item.label) if item.label else linked(about) if about else ()
    return Statement(
        label,
        (points,),
        about if item.label else None,
        when_label="counts when",
        when=when(item.when, k, lists),
    )
