"""What an answer to a card does: the file `feedback.yaml`, or a site's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from cds_service.core.errors import KnowledgeError
from cds_service.core.memory import Binds, MemoryRules, OverrideRule
from cds_service.core.values import Priority
from cds_service.knowledge.files import read_yaml


RULES = Path(__file__).parent / "feedback.yaml"
# A century is for ever; instants that far from any call can still be written.
_Days = Annotated[float, msgspec.Meta(ge=0, le=36_500)]


class _Reason(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    display: str
    silent_for: _Days
    binds: Binds
    code: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    accepted: dict[Priority, _Days]
    unnamed: _Reason
    reasons: tuple[_Reason, ...]


def load_memory_rules(path: Path = RULES, *, repeat_hours: float = 24.0) -> MemoryRules:
    """The rules in ``path``.

    Raises:
        KnowledgeError: No such file, not of this form, or a code without name or twice.
    """
    try:
        file = msgspec.convert(read_yaml(path), _File)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as problem:
        raise KnowledgeError([f"{path.name}: {problem}"]) from None
    codes = [reason.code for reason in file.reasons]
    problems = [f"{path.name}: a reason has no code" for code in codes if not code]
    problems += [
        f"{path.name}: {code} stands there twice" for code in set(codes) if codes.count(code) > 1
    ]
    if Priority.STAT in file.accepted:
        problems.append(f"{path.name}: what is stat never counts as ordered before it is")
    if problems:
        raise KnowledgeError(problems)
    return MemoryRules(
        reasons={reason.code: _rule(reason) for reason in file.reasons},
        unnamed=_rule(file.unnamed),
        accepted_days=file.accepted,
        repeat_hours=repeat_hours,
    )


def _rule(reason: _Reason) -> OverrideRule:
    return OverrideRule(
        code=reason.code,
        display=reason.display,
        silent_days=reason.silent_for,
        binds=reason.binds,
    )
