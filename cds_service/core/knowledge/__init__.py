"""The shapes of clinical knowledge: findings, causes, evidence, work-ups, red flags, advice.

These structures are what the knowledge files decode into (keys in files are kebab-case) and what
the reasoning reads. They hold meaning, not behaviour.
"""

from cds_service.core.knowledge.body import Knowledge
from cds_service.core.knowledge.causes import (
    Cause,
    CriteriaSet,
    Item,
    Link,
    Recognition,
    supporting_findings,
)
from cds_service.core.knowledge.entry import Entry, Source, Trust
from cds_service.core.knowledge.library import (
    Conflict,
    Predisposition,
    Question,
    Scale,
    Side,
    UnansweredResult,
)
from cds_service.core.knowledge.observables import (
    Analyte,
    AnswerRule,
    Drug,
    FindingDefinition,
    Gate,
    MeasuredRule,
    Phrase,
    Ratio,
    Unit,
)
from cds_service.core.knowledge.orders import OrderCheck, Orders, Screening, Treatment
from cds_service.core.knowledge.questionnaires import (
    Asked,
    AskedGroup,
    Questionnaire,
    UrgentAdvice,
)
from cds_service.core.knowledge.safety import Advice, FlagLevel, Interlock, RedFlag
from cds_service.core.knowledge.workups import Indication, Withholding, Workup


__all__ = [
    "Advice",
    "Analyte",
    "AnswerRule",
    "Asked",
    "AskedGroup",
    "Cause",
    "Conflict",
    "CriteriaSet",
    "Drug",
    "Entry",
    "FindingDefinition",
    "FlagLevel",
    "Gate",
    "Indication",
    "Interlock",
    "Item",
    "Knowledge",
    "Link",
    "MeasuredRule",
    "OrderCheck",
    "Orders",
    "Phrase",
    "Predisposition",
    "Question",
    "Questionnaire",
    "Ratio",
    "Recognition",
    "RedFlag",
    "Scale",
    "Screening",
    "Side",
    "Source",
    "Treatment",
    "Trust",
    "UnansweredResult",
    "Unit",
    "UrgentAdvice",
    "Withholding",
    "Workup",
    "supporting_findings",
]
