"""The report for a terminal, and as one table for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from cds_service.store.reports import Rate, Received, Report


_COLUMNS = (
    "group", "name", "fired", "accepted", "overridden", "ignored", "acceptance_rate", "low", "high",
    "median_response_seconds", "review",
)  # fmt: skip
# Spreadsheets take a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_text(report: Report) -> str:
    """Tables, one for each way of grouping."""
    lines: list[str] = []
    for title, rows in _groups(report):
        if rows:
            lines += [
                title,
                f"  {'':<44}{'fired':>7}{'acc.':>7}{'over.':>7}{'ign.':>7}  rate (95 % CI)",
            ]
            lines += [_line(name, received, review=review) for name, received, review in rows]
            lines.append("")
    if report.overrides:
        lines.append("override reasons")
        lines += [f"  {each.display:<44}{each.count:>7}" for each in report.overrides]
        lines.append("")
    lines.append(f"feedback on cards that were never issued to its sender: {report.unknown_cards}")
    return "\n".join(lines) + "\n"


def report_csv(report: Report) -> str:
    """One line for each group, and for each reason."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for title, rows in _groups(report):
        for name, received, review in rows:
            writer.writerow(_cells(title, name, received, review=review))
    for each in report.overrides:
        writer.writerow(["override reasons", _safe(each.display), "", "", each.count])
    return text.getvalue()


Row = tuple[str, Received, bool]


def _groups(report: Report) -> Iterator[tuple[str, Sequence[Row]]]:
    yield "services", [(each.id, each, False) for each in report.services]
    yield "topics", [(each.code, each, False) for each in report.topics]
    yield "rules", [(each.id, each, each.review) for each in report.rules]
    yield "weeks", [(each.week, each, False) for each in report.weeks]
    yield "clients", [(each.client, each, False) for each in report.clients]


def _line(name: str, received: Received, *, review: bool) -> str:
    numbers = (received.fired, received.accepted, received.overridden, received.ignored)
    shown = "".join(f"{number:>7}" for number in numbers)
    mark = "  REVIEW" if review else ""
    return f"  {name:<44}{shown}  {_percent(received.acceptance_rate)}{mark}"


def _percent(rate: Rate | None) -> str:
    if rate is None:
        return "nothing answered"
    return f"{rate.rate:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _cells(title: str, name: str, received: Received, *, review: bool) -> list[object]:
    rate = received.acceptance_rate
    bounds = (rate.rate, rate.low, rate.high) if rate is not None else ("", "", "")
    seconds = received.median_response_seconds
    return [
        title,
        _safe(name),
        received.fired,
        received.accepted,
        received.overridden,
        received.ignored,
        *bounds,
        "" if seconds is None else seconds,
        "review" if review else "",
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
