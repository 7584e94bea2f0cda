"""Conditions that knowledge files are written in, with three-valued (Kleene) logic.

A condition is true, false or undetermined (None). A finding that nobody stated leaves the
condition undetermined; only what is known decides. In YAML a condition is the id of a finding,
or a mapping with one of these keys:

    burning-pain                                 the finding is present
    {all: [...]}   {any: [...]}   {not: ...}
    {at-least: 2, of: [...]}
    {finding: pale-leg, within-days: 14}         present, and not known for longer than that
    {finding: leg-pain, for-days: 42}            present, and known for at least that long
    {finding: leg-swelling, current: true}       present now, not merely in the record
    {unknown: hand-symptoms-also}                nobody said (never used in red flags)
    {established: restless-legs-syndrome}        the diagnosis is on record
    {reason-for-care: cauda-equina-syndrome}     it is the reason of a current encounter
    {cause: peripheral-artery-disease, at-least: possible}
    {criterion: wells-dvt, at-least: 2}          points that are known already
    {criterion: wells-dvt, cannot-reach: 2}      even if every unknown item were present
    {criterion: irlssg, result: met}
    {measured: abi, above: "1.40"}               also at-least, at-most, below; unit of the analyte
    {measured: ck, above-limit: "10"}            times the laboratory's own upper limit
    {age-at-least: 65}   {age-below: 50}   {sex: female}
    {setting: [inpatient, emergency]}
    {red-flag: rf-dvt}
    {workup: abi, is: done}                      done, ordered or missing (neither)
    {always: true}
"""

from cds_service.core.conditions.asked import (
    Age,
    CauseAtLeast,
    CriterionIs,
    Established,
    Flagged,
    InSetting,
    Measured,
    ReasonForCare,
    Sex,
    TimesLimit,
    WorkupIs,
    compare,
)
from cds_service.core.conditions.facts import Facts
from cds_service.core.conditions.logic import (
    All,
    Always,
    AtLeast,
    Condition,
    FindingIs,
    FindingOfAge,
    FindingUnknown,
    Not,
)


__all__ = [
    "Age",
    "All",
    "Always",
    "AtLeast",
    "CauseAtLeast",
    "Condition",
    "CriterionIs",
    "Established",
    "Facts",
    "FindingIs",
    "FindingOfAge",
    "FindingUnknown",
    "Flagged",
    "InSetting",
    "Measured",
    "Not",
    "ReasonForCare",
    "Sex",
    "TimesLimit",
    "WorkupIs",
    "compare",
]
