"""How log lines look: one JSON object each, or words and colours for people at a terminal."""

from __future__ import annotations

import logging
from typing import Any

import structlog

from cds_service.wire.strict_json import write_json


PACKAGE = "cds_service"


def configure_logging(level: str, *, as_json: bool) -> None:
    """Log lines of this package to standard error; other libraries keep their own ways."""
    package = logging.getLogger(PACKAGE)
    package.setLevel(level)
    for handler in list(package.handlers):
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            package.removeHandler(handler)
    handler = logging.StreamHandler()
    handler.setFormatter(log_formatter(as_json=as_json))
    package.addHandler(handler)


def log_formatter(*, as_json: bool) -> logging.Formatter:
    """Turns records of the standard library into such lines."""
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _json(event: Any, **_: Any) -> str:
    return write_json(event).decode()
