"""The memory of the service: asked at every call, and never in its way.

Service calls get a short wait; when the database fails, they go on without memory for a while before
they try again. Feedback waits longer and fails loudly, so that the client sends it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from cds_service.core.errors import UnavailableError
from cds_service.core.feedback import Answered
from cds_service.core.memory import Memory, MemoryRules
from cds_service.store.answers import Taken, purge_some, purge_some_comments, record_answers
from cds_service.store.audit import AuditRecord, add_record, purge_some_records, records
from cds_service.store.database import Database
from cds_service.store.issuing import Issue, IssuedCard, recall, record_cards
from cds_service.store.migrate import upgrade
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.reports import Report, Review, Span, report


T = TypeVar("T")

log = logging.getLogger(__name__)
_PAUSE_SECONDS = 5.0


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a call is about and who made it: ids as the client knows them.

    Attributes:
        tenant: Organisation that the client calls for; empty when none was named.
        server: FHIR server that the ids are of, as the client names it; empty when it does not.
    """

    client: str
    patient_id: str
    user_id: str
    tenant: str = ""
    server: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """Where the ids hold."""
        tenant = (f"tenant {self.tenant}",) if self.tenant else ()
        server = (f"server {self.server}",) if self.server else ()
        return (self.client, *tenant, *server)


class Remembered:
    """Memory in a database.

    Attributes:
        calls: The database for service calls, with a short wait.
        lasting: The same for feedback and reports, with a longer one.
        failures: How often a call went on without memory, since the start of this process.
    """

    def __init__(
        self,
        calls: Database,
        lasting: Database,
        rules: MemoryRules,
        secret: Callable[[], bytes],
        review: Review,
    ) -> None:
        self.calls = calls
        self.lasting = lasting
        self.rules = rules
        self.review = review
        self.failures = 0
        self._secret = secret
        self._pseudonyms: Pseudonyms | None = None
        self._paused_until = 0.0
        self._current = False

    def prepare(self) -> None:
        """Bring the database to the newest form and have the secret; once, when it can be done.

        Raises:
            UnavailableError: It cannot be done now; the next call will try again.
        """
        if self._current:
            return
        self.pseudonyms  # noqa: B018 (made now rather than at the first call)
        upgrade(self.lasting)
        self._current = True

    @property
    def pseudonyms(self) -> Pseudonyms:
        """Keys for patients and clinicians.

        Raises:
            UnavailableError: The secret of the site cannot be had now.
        """
        if self._pseudonyms is None:
            self._pseudonyms = Pseudonyms(self._secret())
        return self._pseudonyms

    @property
    def available(self) -> bool:
        """The last call could use the database."""
        return self._current and monotonic() >= self._paused_until

    def recall(self, subjects: Subjects, hook_instance: str, as_of: datetime) -> Memory | None:
        """What is remembered of a patient; None while the database cannot be asked."""

        def ask(pseudonyms: Pseudonyms) -> Memory:
            with self.calls.reading() as connection:
                return recall(
                    connection,
                    self.rules,
                    **_keys(pseudonyms, subjects),
                    hook_instance=hook_instance,
                    as_of=as_of,
                )

        return self._tried(ask)

    def issue(self, subjects: Subjects, issue: Issue, cards: Sequence[IssuedCard]) -> bool:
        """Write down the cards of an answer; False when that could not be done."""
        return self.conclude(subjects, (issue, cards), None)

    def conclude(
        self,
        subjects: Subjects | None,
        issued: tuple[Issue, Sequence[IssuedCard]] | None,
        audit: AuditRecord | None,
    ) -> bool:
        """Write down a call and its cards, together; False when that could not be done.

        Patient and clinician come from ``subjects``, as pseudonyms.
        """

        def write(pseudonyms: Pseudonyms) -> bool:
            keys = {} if subjects is None else _keys(pseudonyms, subjects)
            with self.calls.writing() as connection:
                if issued is not None:
                    record_cards(connection, msgspec.structs.replace(issued[0], **keys), issued[1])
                if audit is not None:
                    add_record(connection, msgspec.structs.replace(audit, **keys))
            return True

        return self._tried(write) or False

    def answer(
        self, client: str, service: str, answers: Sequence[Answered], received_at: datetime
    ) -> Taken:
        """Write down feedback: all of it, or nothing.

        Raises:
            UnavailableError: It cannot be written now; nothing was.
        """
        self.prepare()
        with self.lasting.writing() as connection:
            return record_answers(connection, client, service, answers, received_at)

    def report(self, span: Span) -> Report:
        """How the advice was received.

        Raises:
            UnavailableError: The database cannot be asked now.
        """
        self.prepare()
        with self.lasting.reading() as connection:
            return report(connection, self.rules, span, self.review)

    def purge(self, before: datetime, *, comments_only: bool = False) -> int:
        """Delete cards issued before an instant, or only the comments on them; how many.

        Raises:
            UnavailableError: The database cannot be written now; some may be left.
        """
        return self._purged(purge_some_comments if comments_only else purge_some, before)

    def audit(self, since: datetime | None, until: datetime | None) -> Iterator[AuditRecord]:
        """The audit records of a span of time, oldest first.

        Raises:
            UnavailableError: The database cannot be asked now.
        """
        self.prepare()
        with self.lasting.reading() as connection:
            yield from records(connection, since, until)

    def purge_audit(self, before: datetime) -> int:
        """Delete the audit records from before an instant; how many.

        Raises:
            UnavailableError: The database cannot be written now; some may be left.
        """
        return self._purged(purge_some_records, before)

    def check(self) -> None:
        """Ask the database whether it is there.

        Raises:
            UnavailableError: It is not.
        """
        self.prepare()
        self.lasting.check()

    def close(self) -> None:
        """Close the connections of this process."""
        self.calls.close()
        self.lasting.close()

    def _purged(self, some: Callable[[Connection, datetime], int], before: datetime) -> int:
        """In many short transactions: a long one would keep calls waiting, and be ended itself."""
        self.prepare()
        count = 0
        while True:
            with self.lasting.writing() as connection:
                gone = some(connection, before)
            if not gone:
                return count
            count += gone

    def _tried(self, use: Callable[[Pseudonyms], T]) -> T | None:
        """``use`` the database, or go on without for a while."""
        if monotonic() < self._paused_until:
            return None
        try:
            self.prepare()
            return use(self.pseudonyms)
        except UnavailableError as problem:
            self.failures += 1
            self._paused_until = monotonic() + _PAUSE_SECONDS
            log.warning("calls go on without memory: %s", problem)
            return None


def _keys(pseudonyms: Pseudonyms, subjects: Subjects) -> dict[str, str]:
    return {
        "patient": pseudonyms.patient(subjects.place, subjects.patient_id),
        "clinician": pseudonyms.clinician(subjects.place, subjects.user_id),
    }
