"""How the drafts of one answer are written: in the client's codes and FHIR release."""

from __future__ import annotations

import msgspec

from cds_service.core.card import Card
from cds_service.fhir.release import release_of
from cds_service.gather.supply import Supply
from cds_service.web.site import Agreement
from cds_service.wire.response import Dialect


def dialect_for(agreement: Agreement, supply: Supply, cards: tuple[Card, ...]) -> Dialect:
    """What drafts are written in; the release is looked for only where there is something to write."""
    if agreement.release is not None:
        return msgspec.structs.replace(agreement.dialect, release=agreement.release)
    if any(suggestion.order for card in cards for suggestion in card.suggestions):
        spoken = release_of(each.resource for each in supply.resources)
        return msgspec.structs.replace(agreement.dialect, release=spoken)
    return agreement.dialect
