"""Where an entry is named by others: links back, from findings to rules and from sources to statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from cds_service.core.knowledge import Cause, Knowledge
from cds_service.knowledge.pages.asked import Asked, Target, conditions_of_entries, targets
from cds_service.knowledge.pages.blocks import Mentions, Standing
from cds_service.knowledge.pages.kinds import end_of_relation, owner, ref
from cds_service.knowledge.pages.parts import Ref, Run, linked, said


Groups = Iterable[tuple[str, Iterable[Ref]]]


def mentions(groups: Groups) -> Mentions:
    """Groups that name something, each entry once in a group."""
    held = ((label, tuple(dict.fromkeys(refs))) for label, refs in groups)
    return Mentions(tuple((label, refs) for label, refs in held if refs))


class Index:
    """All links back, made once for a knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.k = knowledge

    @cached_property
    def asked(self) -> dict[Target, tuple[Asked, ...]]:
        """Conditions by the entries that they name."""
        index: dict[Target, list[Asked]] = {}
        for asked in conditions_of_entries(self.k):
            for target in targets(asked.condition):
                index.setdefault(target, []).append(asked)
        return {target: tuple(found) for target, found in index.items()}

    @cached_property
    def standing(self) -> dict[str, tuple[Standing, ...]]:
        """Statements by the sources that they stand on."""
        index: dict[str, dict[Standing, None]] = {}
        for ids, standing in _statements(self.k):
            for id in ids:
                index.setdefault(id, {})[standing] = None
        return {id: tuple(found) for id, found in index.items()}

    def rules(self, kind: str, id: str) -> Mentions:
        """Rules whose condition names an entry, by the kind of rule."""
        groups: dict[str, list[Ref]] = {}
        for asked in self.asked.get((kind, id), ()):
            groups.setdefault(_heading(asked), []).append(asked.owner)
        return mentions(groups.items())

    def conflicts(self, *ids: str) -> tuple[Ref, ...]:
        """Conflicts between sources that rules put into practice."""
        return tuple(
            ref("conflicts", conflict.id, self.k)
            for conflict in self.k.conflicts.values()
            if not set(ids).isdisjoint(conflict.implemented_by)
        )


_HEADINGS = {
    "causes": "Rule of a cause",
    "red-flags": "Raises a red flag",
    "interlocks": "Turns on an interlock",
    "advice": "Decides advice",
    "order-checks": "Decides a check of orders",
    "screenings": "Decides screening",
    "criteria": "Counts in criteria",
}


def _heading(asked: Asked) -> str:
    if asked.owner.kind == "workups":
        held = asked.role.startswith("withheld")
        return "Decides what is withheld" if held else "Decides what is suggested"
    if asked.owner.kind == "causes" and asked.role.startswith("part of"):
        return "Part of composed evidence"
    return _HEADINGS[asked.owner.kind]


_Statements = Iterator[tuple[Iterable[str], Standing]]


def _statements(k: Knowledge) -> _Statements:
    """Every list of sources with the statement that stands on it."""
    for cause in k.causes.values():
        yield from _of_cause(cause, k)
    yield from _of_workups(k)
    yield from _of_safety(k)
    yield from _of_orders(k)
    yield from _of_measurements(k)
    yield from _of_library(k)


def _of_cause(cause: Cause, k: Knowledge) -> _Statements:
    here = ref("causes", cause.id, k)
    yield cause.sources, Standing(here, "what the cause is", said(cause.explanation or cause.label))
    for link in cause.evidence:
        words = linked(ref("findings", link.finding, k)) if link.finding else said(link.label)
        against = link.present_points < 0 or (not link.present_points and link.absent_points > 0)
        role = "evidence against" if against else "evidence for"
        yield link.sources, Standing(here, role, words)


def _of_workups(k: Knowledge) -> _Statements:
    for i in k.indications.values():
        here = ref("workups", i.workup, k)
        yield i.sources, Standing(here, "suggested", said(i.because))
    for w in k.withholdings.values():
        yield w.sources, Standing(ref("workups", w.workup, k), "withheld", said(w.because))
    for workup in k.workups.values():
        words = said("how long a result counts")
        here = ref("workups", workup.id, k)
        yield (workup.valid_for_source,), Standing(here, "validity", words)


def _of_safety(k: Knowledge) -> _Statements:
    for flag in k.red_flags.values():
        here = ref("red-flags", flag.id, k)
        yield flag.sources, Standing(here, "red flag", said(flag.summary))
    for lock in k.interlocks.values():
        yield lock.sources, Standing(ref("interlocks", lock.id, k), "interlock", said(lock.says))
    for advice in k.advice.values():
        yield advice.sources, Standing(ref("advice", advice.id, k), "advice", said(advice.text))
    for criteria in k.criteria.values():
        here = ref("criteria", criteria.id, k)
        yield criteria.sources, Standing(here, "criteria", said(criteria.label))


def _of_orders(k: Knowledge) -> _Statements:
    for check in k.order_checks.values():
        here = ref("order-checks", check.id, k)
        yield check.sources, Standing(here, "order check", said(check.says))
    for screening in k.screenings.values():
        here = ref("screenings", screening.id, k)
        yield screening.sources, Standing(here, "screening", said(screening.because))


def _of_measurements(k: Knowledge) -> _Statements:
    for finding in k.findings.values():
        here = ref("findings", finding.id, k)
        for rule in finding.measured:
            words = (Run("limit of "), *linked(ref("analytes", rule.analyte, k)))
            yield (rule.source,), Standing(here, "limit", words)
    for analyte in k.analytes.values():
        here = ref("analytes", analyte.id, k)
        words = said("how long a result counts as evidence")
        yield (analyte.source,), Standing(here, "validity", words)


def _of_library(k: Knowledge) -> _Statements:
    for relation in k.predispositions.values():
        ends = (relation.to, relation.from_, relation.implemented_by)
        here = next((r for e in ends if (r := end_of_relation(e, k) or owner(e, k))), None)
        if here is not None:
            yield relation.sources, Standing(here, "relation", said(relation.text))
    for conflict in k.conflicts.values():
        here = ref("conflicts", conflict.id, k)
        yield conflict.sources, Standing(here, "conflict", said(conflict.resolution))
        for side in conflict.sides:
            yield (side.source,), Standing(here, "one side", said(side.position))
