"""All pages of a knowledge, and the lists of entries that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.blocks import Page
from cds_service.knowledge.pages.causes import cause_page
from cds_service.knowledge.pages.findings import (
    analyte_page,
    drug_page,
    finding_page,
    treatment_page,
)
from cds_service.knowledge.pages.kinds import entries_of
from cds_service.knowledge.pages.library import conflict_page, question_page, source_page
from cds_service.knowledge.pages.limits import Limit, limits_of
from cds_service.knowledge.pages.listing import Row, rows_of
from cds_service.knowledge.pages.mentions import Index
from cds_service.knowledge.pages.orders import order_check_page, screening_page
from cds_service.knowledge.pages.safety import (
    advice_page,
    criteria_page,
    interlock_page,
    red_flag_page,
)
from cds_service.knowledge.pages.search import Catalogue
from cds_service.knowledge.pages.workups import workup_page


_MAKERS: dict[str, Callable[[Any, Index], Page]] = {
    "causes": cause_page,
    "findings": finding_page,
    "red-flags": red_flag_page,
    "workups": workup_page,
    "interlocks": interlock_page,
    "advice": advice_page,
    "order-checks": order_check_page,
    "screenings": screening_page,
    "criteria": criteria_page,
    "analytes": analyte_page,
    "drugs": drug_page,
    "treatments": treatment_page,
    "conflicts": conflict_page,
    "questions": question_page,
    "sources": source_page,
}


class Book:
    """Pages are made when they are asked for; what they share is made once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.index = Index(knowledge)

    def page(self, kind: str, id: str) -> Page | None:
        """The page of an entry; None when there is no such entry."""
        if kind not in _MAKERS or id not in entries_of(kind, self.knowledge):
            return None
        return _MAKERS[kind](entries_of(kind, self.knowledge)[id], self.index)

    def rows(self, kind: str) -> tuple[Row, ...]:
        """All entries of a kind, grouped as they are looked for."""
        return rows_of(kind, self.index)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Every limit of every measurement."""
        return limits_of(self.knowledge)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the search looks through."""
        return Catalogue.build(self.knowledge)
