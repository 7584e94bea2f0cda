"""The page of house rules: how points become a ranking, and how long things count."""

from __future__ import annotations

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.blocks import (
    Section,
    Statement,
    Statements,
    facts,
    section,
)
from cds_service.knowledge.pages.causes import scale_in_words
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.limits import period_in_words
from cds_service.knowledge.pages.parts import Run, listed, said


def house_sections(k: Knowledge) -> tuple[Section, ...]:
    """Everything that the scale of the ranking holds."""
    scale = k.scale
    priors = facts(*((prior, f"{points:+g} points") for prior, points in scale.priors.items()))
    windows = facts(
        *((kind.replace("-", " "), period_in_words(p)) for kind, p in scale.windows.items())
    )
    current = facts(*((way, period_in_words(p)) for way, p in scale.current.items()))
    stands = Statement(said("The scale"), sources=cited(scale.sources, k))
    return (
        section("points", "Points", Statements((stands,)), intro=scale_in_words(k)),
        section("priors", "Where the ranking starts", priors),
        section("windows", "How long a statement counts as evidence", windows, intro="By kind of finding, unless the finding says otherwise."),
        section("current", "How long a complaint counts as current", current, intro="By the way in which it arrived."),
        section("unanswered", "Results that nobody answered", _unanswered(k), intro=f"For {period_in_words(scale.results_act_within)} these open the differential by themselves, until one of the work-ups followed."),
    )  # fmt: skip


def _unanswered(k: Knowledge) -> Statements:
    return Statements(
        tuple(
            Statement(
                (
                    *listed(ref("findings", id, k) for id in result.findings),
                    Run(" · answered by "),
                    *listed(ref("workups", id, k) for id in result.answered_by),
                )
            )
            for result in k.scale.unanswered_results
        )
    )
