"""What every entry of a knowledge file is, and the sources that each names."""

from __future__ import annotations

from enum import Enum

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of everything that is written in a knowledge file."""


class Trust(Enum):
    """How far a source may be relied on; only high and medium may stand on cards."""

    HIGH = "high"
    MEDIUM = "medium"
    MIXED = "mixed"
    LOW = "low"
    MEMORY = "memory"
    SEED = "seed"
    HOUSE = "house"


class Source(Entry, frozen=True, kw_only=True):
    """One article, guideline or paper. Referred to by ``id`` (S0-S4, PAD-01, LR-PAD-01, house)."""

    id: str
    title: str
    publisher: str = ""
    year: str = ""
    url: str = ""
    trust: Trust
    says: str = ""
    licence: str = ""
