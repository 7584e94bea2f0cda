"""The report as tables for people: names in words, shares with their interval, spans in days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.kinds import entries_of, ref
from cds_service.knowledge.pages.parts import Ref
from cds_service.store.reports import Received, Report, WeekReceived, wilson


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """How the cards of one group were received.

    ``ref`` is the entry of the knowledge behind it; ``id`` is how the data name it.
    """

    id: str
    name: str
    received: Received
    ref: Ref | None = None
    review: bool = False

    @property
    def rate(self) -> str:
        """Accepted of the answered cards; empty when nothing was answered."""
        rate = self.received.acceptance_rate
        return "" if rate is None else _percent(rate.rate)

    @property
    def interval(self) -> str:
        """The 95 % confidence interval."""
        rate = self.received.acceptance_rate
        return "" if rate is None else f"{rate.low * 100:.0f} to {_percent(rate.high)}"

    @property
    def waited(self) -> str:
        """Median time to the answer."""
        seconds = self.received.median_response_seconds
        return "" if seconds is None else duration(seconds)


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One way of grouping."""

    id: str
    title: str
    head: str
    about: str
    lines: tuple[Line, ...]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A span to choose; ``current``: the one that is shown."""

    label: str
    href: str
    current: bool


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page shows."""

    total: Line
    reviewed: tuple[Line, ...]
    weeks: tuple[Line, ...]
    tables: tuple[Table, ...]
    reasons: tuple[tuple[str, int], ...]
    unknown_cards: int
    since: str
    until: str
    client: str
    clients: tuple[str, ...]
    spans: tuple[Span, ...]
    csv: str

    @property
    def empty(self) -> bool:
        """No card was issued in this span."""
        return not self.total.received.fired


# What cards are made by that are no entry of the knowledge.
_OTHER_RULES = {
    "clarify": "asks for history and examination",
    "further": "what did not fit on other cards",
    "open-result": "open at discharge",
    "risk-screen": "screening without complaint",
}
_WEEKS = (4, 12, 52)


def report_view(
    report: Report,
    k: Knowledge,
    now: datetime,
    *,
    clients: Iterable[str],
    names: dict[str, str],
) -> ReportView:
    """The page's values. ``clients``: all there are; ``names``: titles of the services."""
    query = _query(report)
    return ReportView(
        total=Line(id="all", name="All cards", received=_whole(report)),
        reviewed=tuple(line for line in _rules(report, k) if line.review),
        weeks=tuple(_weeks(report)),
        tables=tuple(_tables(report, k, names)),
        reasons=tuple((each.display, each.count) for each in report.overrides),
        unknown_cards=report.unknown_cards,
        since=_day(report.since),
        until=_day(report.until),
        client=report.client,
        clients=tuple(clients),
        spans=tuple(_spans(report, now)),
        csv=f"/reports.csv{query}",
    )


def _tables(report: Report, k: Knowledge, names: dict[str, str]) -> Iterator[Table]:
    services = tuple(Line(id=s.id, name=names.get(s.id, s.id), received=s) for s in report.services)
    topics = tuple(_topic(t.code, t, k) for t in report.topics)
    clients = tuple(
        Line(id=c.client, name=c.client or "not named", received=c) for c in report.clients
    )
    yield Table(
        id="services",
        title="By service",
        head="Service",
        about="The moment at which the cards were shown.",
        lines=services,
    )
    yield Table(
        id="topics",
        title="By topic",
        head="Topic",
        about="The clinical question that a card answers; overrides silence topics.",
        lines=topics,
    )
    yield Table(
        id="rules",
        title="By rule",
        head="Rule",
        about="The red flag, question or check that made the card.",
        lines=tuple(_rules(report, k)),
    )
    yield Table(id="clients", title="By client", head="Client", about="The system that asked.", lines=clients)  # fmt: skip


def _rules(report: Report, k: Knowledge) -> Iterator[Line]:
    for rule in report.rules:
        entry = _entry(rule.id, k)
        name = entry.label if entry else _OTHER_RULES.get(rule.id, rule.id)
        yield Line(id=rule.id, name=name, received=rule, ref=entry, review=rule.review)


def _weeks(report: Report) -> Iterator[Line]:
    """From the first week with cards to the last; a week without any is a gap, not left out."""
    received = {_monday(each.week): each for each in report.weeks}
    monday = min(received, default=date.max)
    while monday <= max(received, default=date.min):
        year, week, _ = monday.isocalendar()
        id = f"{year}-W{week:02}"
        none = WeekReceived(week=id, fired=0, accepted=0, overridden=0, ignored=0)
        yield Line(id=id, name=week_in_words(id), received=received.get(monday, none))
        monday += timedelta(weeks=1)


def _topic(code: str, received: Received, k: Knowledge) -> Line:
    entry = _entry(code, k)
    name = entry.label if entry else _OTHER_RULES.get(code, code)
    return Line(id=code, name=name, received=received, ref=entry)


def _entry(id: str, k: Knowledge) -> Ref | None:
    for kind in ("red-flags", "questions", "order-checks", "screenings"):
        if id in entries_of(kind, k):
            return ref(kind, id, k)
    return None


def _spans(report: Report, now: datetime) -> Iterator[Span]:
    client = {"client": report.client} if report.client else {}
    for weeks in _WEEKS:
        since = (now.astimezone(UTC) - timedelta(weeks=weeks)).date().isoformat()
        label = "1 year" if weeks == 52 else f"{weeks} weeks"
        current = _day(report.since) == since and report.until is None
        yield Span(label=label, href=f"/reports?{urlencode({'since': since} | client)}", current=current)  # fmt: skip
    query = f"?{urlencode(client)}" if client else ""
    unbounded = report.since is None and report.until is None
    yield Span(label="everything", href=f"/reports{query}", current=unbounded)


def _query(report: Report) -> str:
    asked = {
        "since": report.since.isoformat() if report.since else "",
        "until": report.until.isoformat() if report.until else "",
        "client": report.client,
    }
    given = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).date().isoformat()


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def duration(seconds: float) -> str:
    """``40 s``, ``3 min``, ``2 h``, ``4 days``."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def week_in_words(week: str) -> str:
    """``2026-W47`` as the day that it begins with: ``16 Nov 2026``."""
    monday = _monday(week)
    return f"{monday.day} {monday:%b %Y}"


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _whole(report: Report) -> Received:
    """All cards together."""
    accepted = sum(s.accepted for s in report.services)
    overridden = sum(s.overridden for s in report.services)
    return Received(
        fired=sum(s.fired for s in report.services),
        accepted=accepted,
        overridden=overridden,
        ignored=sum(s.ignored for s in report.services),
        acceptance_rate=wilson(accepted, accepted + overridden),
    )
