"""Traces by OpenTelemetry, where a site wants them (``CDS_OTEL``, extra ``otel``): one span for each request.

A span holds what the log line holds: names and counts, never an address, a header, a body or a pseudonym.
That is why the usual instrumentation of Flask is not used, which records addresses and headers. Of the
caller's own trace only the ids are taken over (``traceparent``). Where spans go to is set by the SDK's own
variables (``OTEL_EXPORTER_OTLP_ENDPOINT`` ...).
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, g, request

from cds_service.core.errors import ConfigurationError
from cds_service.web.callers import caller
from cds_service.web.correlation import correlation_id
from cds_service.web.notes import notes


_NAME = "leg-pain-cds"


class Tracing:
    """A tracer for each process: what sends spans is a thread, and does not live through a fork.

    Raises:
        ConfigurationError: The extra is not installed.
    """

    def __init__(self) -> None:
        self._sdk = _sdk()
        self._propagator = self._sdk.propagator()
        self._tracer: Any = None
        self._process = 0

    @property
    def tracer(self) -> Any:
        """The tracer of this process."""
        if self._process != os.getpid():
            provider = self._sdk.provider(resource=self._sdk.resource({"service.name": _NAME}))
            provider.add_span_processor(self._sdk.processor(self._sdk.exporter()))
            self._tracer, self._process = provider.get_tracer(_NAME), os.getpid()
        return self._tracer

    def begin(self) -> Any:
        """The span of the current request."""
        carrier = {"traceparent": request.headers.get("traceparent", "")}
        return self.tracer.start_span(
            request.endpoint or "none",
            context=self._propagator.extract(carrier),
            kind=self._sdk.kind.SERVER,
        )

    def end(self, span: Any, answer: Response) -> None:
        """Say what was noted of the request."""
        span.set_attributes(_attributes(answer))
        if answer.status_code >= 500:
            span.set_status(self._sdk.code.ERROR)
        span.end()


def _sdk() -> Any:
    """What is used of OpenTelemetry, imported only where traces are wanted."""
    try:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415
        from opentelemetry.sdk import resources, trace  # noqa: PLC0415
        from opentelemetry.sdk.trace import export  # noqa: PLC0415
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            ["CDS_OTEL: the extra `otel` is not installed (pip install 'leg-pain-cds[otel]')."]
        ) from None
    return SimpleNamespace(
        provider=trace.TracerProvider,
        resource=resources.Resource.create,
        processor=export.BatchSpanProcessor,
        exporter=trace_exporter.OTLPSpanExporter,
        propagator=tracecontext.TraceContextTextMapPropagator,
        kind=SpanKind,
        code=StatusCode,
    )


def register_tracing(app: Flask, tracing: Tracing) -> None:
    """One span for each request of ``app``."""

    @app.before_request
    def begin() -> None:
        g.span = tracing.begin()

    @app.after_request
    def end(answer: Response) -> Response:
        span = g.pop("span", None)
        if span is not None:
            tracing.end(span, answer)
        return answer


def _attributes(answer: Response) -> dict[str, str | int]:
    noted = notes()
    found: dict[str, str | int] = {
        "http.response.status_code": answer.status_code,
        "http.route": request.url_rule.rule if request.url_rule is not None else "none",
        "cds.request": correlation_id(),
        "cds.client": caller().client,
    }
    if noted.service:
        found["cds.service"] = noted.service
    if noted.hook:
        found["cds.hook"] = noted.hook
    if noted.cards is not None:
        found["cds.cards"] = len(noted.cards)
    return found
