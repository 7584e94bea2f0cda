"""What reading one patient needs and collects; every resource family writes into it."""

from __future__ import annotations

from datetime import datetime

from cds_service.core.knowledge import Knowledge
from cds_service.core.record import Channel, Measurement, Skipped, Statement, WorkupEvent
from cds_service.fhir.access import Json, ReadingError, objects_of
from cds_service.fhir.meanings import Meanings
from cds_service.fhir.references import id_of, literal, name_of, relative
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.terminology import Terminology


class Reading:
    """The record of one patient while it is being read."""

    def __init__(
        self,
        *,
        patient_id: str,
        as_of: datetime,
        knowledge: Knowledge,
        terminology: Terminology,
        lexicon: Lexicon,
        meanings: Meanings | None = None,
    ) -> None:
        self.patient_id = patient_id
        self.as_of = as_of
        self.knowledge = knowledge
        self.terminology = terminology
        self.lexicon = lexicon
        self.meanings = meanings or Meanings(terminology, lexicon)
        self.statements: list[Statement] = []
        self.measurements: list[Measurement] = []
        self.events: list[WorkupEvent] = []
        self.skipped: list[Skipped] = []
        self.resources: dict[str, Json] = {}

    def skip(self, resource: Json, problem: str) -> None:
        """Note that a resource, or a part of one, was not used."""
        self.skipped.append(Skipped(name_of(resource), problem))

    def is_future(self, moment: datetime | None) -> bool:
        """Dated after the instant of reasoning: it has not happened yet."""
        return moment is not None and moment > self.as_of

    def is_past(self, moment: datetime | None) -> bool:
        """Dated at or before the instant of reasoning."""
        return moment is not None and moment <= self.as_of

    def resolve(self, holder: Json, reference: Json) -> Json | None:
        """The resource that a Reference means: contained, supplied beside it, or None."""
        written = literal(reference, "reference")
        if not written:
            return None
        if written.startswith("#"):
            return _contained(holder, written[1:])
        if written.startswith("urn:uuid:"):
            return self.resources.get(written) or self._by_id(written.removeprefix("urn:uuid:"))
        return self.resources.get(relative(written))

    def _by_id(self, id: str) -> Json | None:
        return next((r for r in self.resources.values() if id_of(r) == id), None)


def _contained(holder: Json, id: str) -> Json | None:
    for resource in objects_of(holder, "contained"):
        if resource.get("id") in (id, f"#{id}"):  # a wrong type may not be hashable
            return resource
    return None


def channel_for(default: Channel, *, in_context: bool) -> Channel:
    """What stands in the request's own context is current by itself."""
    return Channel.CONTEXT if in_context else default


__all__ = ["Reading", "ReadingError", "channel_for"]
