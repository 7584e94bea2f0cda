"""Headers that every answer carries: CORS for browser clients, and what keeps browsers from guessing."""

from __future__ import annotations

from flask import Flask, Response, request

from cds_service.web.correlation import HEADER, correlation_id


_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_METHODS = "GET, HEAD, POST, OPTIONS"
# `Prefer` is for searches of the FHIR servers here (handling=strict).
_HEADERS = "authorization, content-type, prefer, x-request-id"
# Of a refusal; scripts see no others unless told so.
_READABLE = f"{HEADER}, Retry-After, WWW-Authenticate"
_PREFLIGHT_SECONDS = "600"


def register_headers(app: Flask, origins: tuple[str, ...], *, https: bool) -> None:
    """Answer CORS preflights for ``origins`` on every URL, and add the common headers.

    ``https``: the public address is https, so browsers are told to stay with it.
    """

    @app.before_request
    def preflight() -> Response | None:
        """Before anything else, authentication included (CORS-01, EHR-16)."""
        asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return Response(status=204) if asks else None

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in _SECURITY.items():
            answer.headers.setdefault(name, value)  # pages bring a policy of their own
        answer.headers[HEADER] = correlation_id()
        answer.headers.setdefault("Cache-Control", "no-store")
        if https:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        if origins:
            _add_cors(answer, origins)
        return answer


def _add_cors(answer: Response, origins: tuple[str, ...]) -> None:
    """On errors too, or browsers hide them (CORS-02). Never with credentials."""
    answer.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if "*" not in origins and origin not in origins:
        return
    answer.headers["Access-Control-Allow-Origin"] = "*" if "*" in origins else origin
    answer.headers["Access-Control-Expose-Headers"] = _READABLE
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = _METHODS
        answer.headers["Access-Control-Allow-Headers"] = _HEADERS
        answer.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
