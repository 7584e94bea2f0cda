"""Every error that leaves a room on purpose.

CdsError
├── InvalidRequestError     the request is malformed or contradicts itself     400
├── NotAuthenticatedError   the caller did not prove who it is                 401
├── NotAllowedError         the caller is known, and may not do this           403
├── UnknownServiceError     no such CDS service                                404
├── DataUnavailableError    required data neither supplied nor obtainable      412
├── UnavailableError        something that this service stands on is down      503
├── KnowledgeError          the knowledge files are wrong: refuse to start
└── ConfigurationError      the installation is set up wrongly: refuse to start

Anything else is a bug and becomes 500. An error is never an empty card list.
"""

from __future__ import annotations


class CdsError(Exception):
    """Root of the errors that this service raises on purpose. Messages hold no patient data."""


class InvalidRequestError(CdsError):
    """The request cannot be understood. ``expression`` says where, as a FHIRPath-like path."""

    def __init__(self, message: str, expression: str = "") -> None:
        super().__init__(message)
        self.expression = expression


class NotAuthenticatedError(CdsError):
    """The caller did not prove who it is. The message is for the log, and never shown (BP-4)."""


class NotAllowedError(CdsError):
    """The caller proved who it is, and may not call this."""


class UnknownServiceError(CdsError):
    """No CDS service with this id is offered."""


class DataUnavailableError(CdsError):
    """Data that the service needs were not supplied and could not be obtained (RSP-04)."""

    def __init__(self, message: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys


class UnavailableError(CdsError):
    """Something that this service stands on (its database, its time) cannot be had now; try again."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class KnowledgeError(CdsError):
    """One or more knowledge files are wrong. Each problem names file, path and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ConfigurationError(CdsError):
    """The installation is set up wrongly. Each problem says what has to change."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
