"""Counts over ranges of time, read from indexes alone, whatever the size of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, column, func, select, values

from blueprints.comments.models import Comment, State
from blueprints.moderation.models import DECISIONS, Act, LogEntry, Report
from blueprints.picture.spans import Span
from understory.db import UTCDateTime, db, read

#: Decisions of a span whose waiting is looked at, the latest ones: enough for a median, however busy the span was.
LOOKED_AT = 200

_log, _comments = LogEntry.__table__.c, Comment.__table__.c


@dataclass(frozen=True)
class Figures:
    """What happened in a span. `minutes` is the median wait for a decision; None where nobody decided."""

    span: Span
    comments: int
    approved: int
    rejected: int
    spam: int
    reports: int
    minutes: float | None


def figures(spans: Sequence[Span]) -> list[Figures]:
    """What happened in each span."""
    counted = db.session.execute(_counts(spans)).all()
    return [
        Figures(span, row.comments, row.approved, row.rejected, row.spam, row.reports, _wait(span))
        for span, row in zip(spans, counted, strict=True)
    ]


def _wait(span: Span) -> float | None:
    rows = read(_waits(), since=span.since, until=span.until).all()
    minutes = [(row.at - row.created_at).total_seconds() / 60 for row in rows]
    return max(0.0, median(minutes)) if minutes else None


def _counts(spans: Sequence[Span]) -> Select[Any]:
    columns = column("number", Integer), column("since", UTCDateTime), column("until", UTCDateTime)
    data = [(number, span.since, span.until) for number, span in enumerate(spans)]
    of = values(*columns, name="spans").data(data).cte("spans")

    def count(moment: ColumnElement[Any], *which: ColumnElement[bool]) -> Any:
        here = moment >= of.c.since, moment < of.c.until
        return select(func.count()).where(*here, *which).correlate(of).scalar_subquery()

    def decided(state: State) -> Any:
        return count(_log.at, _log.after == state, _log.act.not_in((Act.UNDO, Act.CATCH)), _log.comment_id.is_not(None))

    # What the site held as spam by itself, and what moderators called so.
    caught = count(_comments.created_at, _comments.held_as == State.SPAM)
    return (
        select(
            count(_comments.created_at).label("comments"),
            decided(State.VISIBLE).label("approved"),
            decided(State.REJECTED).label("rejected"),
            (decided(State.SPAM) + caught).label("spam"),
            count(Report.__table__.c.at).label("reports"),
        )
        .select_from(of)
        .order_by(of.c.number)
    )


@cache
def _waits() -> Select[Any]:
    """When those were decided and written that waited for it."""
    return (
        select(_log.at, _comments.created_at)
        .join_from(LogEntry.__table__, Comment.__table__, _comments.id == _log.comment_id)
        .where(
            _log.at >= bindparam("since", type_=UTCDateTime),
            _log.at < bindparam("until", type_=UTCDateTime),
            _log.before == State.PENDING,
            _log.act.in_(DECISIONS),
        )
        .order_by(_log.at.desc())
        .limit(LOOKED_AT)
    )
