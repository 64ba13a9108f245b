"""Hours, days and months in UTC: what a picture is divided into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

#: How many spans a picture shows: as many as stand side by side and can still be told apart.
SHOWN = {"hour": 24, "day": 30, "month": 12}

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From `since` to just before `until`."""

    since: datetime
    until: datetime
    name: str


def spans(by: str, now: datetime, until: date | None = None) -> list[Span]:
    """The spans of a picture, oldest first: up to this moment, or to the beginning of a day."""
    end = datetime.combine(until, time(), now.tzinfo) if until else now
    edges = [_next_edge(by, end)]
    while len(edges) <= SHOWN[by]:
        edges.append(_edge_before(by, edges[-1]))
    edges.reverse()
    return [Span(since, before, _name(by, since)) for since, before in pairwise(edges)]


def earlier(shown: list[Span]) -> date:
    """The day up to which the picture before this one goes."""
    first = shown[0].since
    return first.date() if first.time() == time() else first.date() + _DAY


def _next_edge(by: str, moment: datetime) -> datetime:
    begun = _begin(by, moment)
    if begun == moment:
        return begun
    return begun + _HOUR if by == "hour" else _begin(by, begun + (_DAY if by == "day" else 32 * _DAY))


def _edge_before(by: str, edge: datetime) -> datetime:
    return _begin(by, edge - timedelta(microseconds=1))


def _begin(by: str, moment: datetime) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if by == "hour" else hour.replace(hour=0) if by == "day" else hour.replace(hour=0, day=1)


def _name(by: str, since: datetime) -> str:
    day = since.date().isoformat()
    return f"{day} {since.hour:02}:00" if by == "hour" else day if by == "day" else day[:7]
