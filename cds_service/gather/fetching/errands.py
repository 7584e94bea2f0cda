"""What there is to ask for: our own templates, filled in, as far as the token reaches."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cds_service.gather.fetching.access import Access
from cds_service.gather.fetching.queries import filled, id_of, is_search
from cds_service.gather.fetching.scopes import Grant
from cds_service.gather.prefetch import Json, KeyData, KeyState, next_page
from cds_service.gather.services import ServiceDefinition


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says about fetching; ``server`` and ``authorization`` as they were sent."""

    server: object
    authorization: object
    patient_id: str
    encounter_id: str
    prefetch: Json

    def __repr__(self) -> str:
        return "Call(***)"

    @property
    def ids(self) -> dict[str, str]:
        """Context members that templates may name."""
        return {"patientId": self.patient_id, "encounterId": self.encounter_id}


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One key to fetch.

    Attributes:
        key: Of prefetch.
        kind: Resource type that its template asks for.
        url: Of the first page to fetch.
        id: Of a read; empty for a search.
        held: What prefetch supplied already, when it broke off at the end of a page.
        narrowed: The scopes let only a part of it be seen.
    """

    key: str
    kind: str
    url: str
    id: str = ""
    held: KeyData | None = None
    narrowed: bool = False


def errands_of(
    service: ServiceDefinition, call: Call, access: Access, data: Mapping[str, KeyData]
) -> list[Errand]:
    """What to ask for the keys of ``data``; without those that the token, or a missing id, forbids."""
    found = (_errand(service, call, access, key, state) for key, state in data.items())
    return [errand for errand in found if errand]


def _errand(
    service: ServiceDefinition, call: Call, access: Access, key: str, found: KeyData
) -> Errand | None:
    query = filled(service.templates[key], call.ids)
    grant = access.grant(query) if query else Grant.NONE
    if grant is Grant.NONE:
        return None
    errand = Errand(
        key=key,
        kind=service.types[key],
        url=f"{access.base.url}/{query}",
        id="" if is_search(query) else id_of(query),
        narrowed=grant is Grant.PART,
    )
    return errand if found.state is KeyState.MISSING else _rest(errand, call.prefetch, found)


def _rest(errand: Errand, prefetch: Json, found: KeyData) -> Errand:
    """The pages that follow what prefetch supplied."""
    return msgspec.structs.replace(errand, url=next_page(prefetch[errand.key]), id="", held=found)
