"""Discovery, health, and what the service says about itself."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response

from cds_service.web.answers import JSON, json_answer
from cds_service.web.site import Site
from cds_service.wire.discovery import discovery_document
from cds_service.wire.strict_json import write_json


_AUTHENTICATION = {
    "open": "open: nobody has to prove who they are; for synthetic patients only",
    "jwt": "jwt",
}


def discovery_blueprint(site: Site) -> Blueprint:
    """``GET /cds-services`` and the health interface; the bodies are made once."""
    blueprint = Blueprint("discovery", __name__)
    document = write_json(discovery_document(site.services.values(), site.hooks_version))
    about_document = cache(site.about)

    @blueprint.get("/cds-services", strict_slashes=False)
    def discovery() -> Response:
        """What is offered (DISC-01); needs a token only where the settings say so (DISC-14)."""
        return Response(document, mimetype=JSON, headers={"Cache-Control": "no-cache"})

    @blueprint.get("/about")
    def about() -> Response:
        """Intended use and source attributes, for those who review decision support."""
        return json_answer(about_document())

    @blueprint.get("/health/live")
    def live() -> Response:
        """The process answers."""
        return json_answer({"status": "live"})

    @blueprint.get("/health/ready")
    def ready() -> Response:
        """Callers can be let in; knowledge and services are loaded, or the process had not started.

        200 also when a part is degraded, because calls are answered without it.
        """
        site.check()
        return json_answer(
            {
                **site.health.report(),
                "knowledge": site.knowledge_version,
                "services": list(site.services),
                "authentication": _AUTHENTICATION[site.authentication],
            }
        )

    return blueprint
