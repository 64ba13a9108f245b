"""Reads of the desk: which comments are in a queue or found by a search, and what their cards tell.

However many comments there are, a page reads along an index from its place and stops. A search that finds little
looks through so many candidates and no more, and says how far it came: the next page goes on there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, select

from blueprints.articles.models import Article
from blueprints.comments import search
from blueprints.comments.models import Comment, State
from blueprints.moderation.choosing import Chosen
from blueprints.moderation.models import Report
from understory.db import AnyRow, db
from understory.paging import FURTHEST

PER_PAGE = 50

#: Candidates that a search looks through: in steps, as most pages are full after the first.
STEPS = (300, 3_000, 20_000)

#: A queue is counted no further: what is longer is as long as one likes.
COUNTED = 100_000

#: More news than this is many.
MOST_NEW = 500

_comments = Comment.__table__.c
_reports = Report.__table__.c

#: As the partial index spells it, or the planner would not know it again.
_IS_QUEUED: ColumnElement[bool] = literal_column("comments.state <> 'visible'")


@dataclass(frozen=True)
class Found:
    """Ids, the newest first. `further` is the place below which there may be more; None at the end."""

    ids: Sequence[int]
    further: int | None


def find(chosen: Chosen, before: int | None = None, most: int = PER_PAGE) -> Found:
    """A page of what was chosen, below a place."""
    scope = _Scope.of(chosen)
    if scope is None:
        return Found([], None)
    below = min(FURTHEST, scope.below if before is None else min(before, scope.below))
    ids: list[int] = []
    for limit in (*(step for step in STEPS if step > most), max(STEPS[-1], 2 * most)):
        ids += db.session.scalars(scope.page(limit, most - len(ids) + 1), {**scope.bound, "below": below})
        if len(ids) > most:
            return Found(ids[:most], ids[most - 1])
        last = db.session.scalar(scope.last(limit), {**scope.bound, "below": below})
        if last is None:
            return Found(ids, None)
        below = last
    return Found(ids, below)


def newer(chosen: Chosen, than: int) -> int:
    """How many came into a view since its newest comment, counted no further than MOST_NEW."""
    scope = _Scope.of(chosen)
    if scope is None:
        return 0
    bound = {**scope.bound, "below": scope.below, "above": max(than, scope.bound["above"])}
    return len(db.session.scalars(scope.page(MOST_NEW, MOST_NEW), bound).all())


def counts() -> dict[str, int]:
    """How long the queues are, each counted to COUNTED."""
    wanted: dict[str, Select[Any]] = {
        state: select(_comments.id).where(_IS_QUEUED, _comments.state == state)
        for state in (State.PENDING, State.SPAM, State.REJECTED)
    }
    wanted["reported"] = select(_reports.comment_id).where(~_reports.settled).distinct()
    columns = [
        select(func.count()).select_from(query.limit(COUNTED).subquery()).scalar_subquery().label(name)
        for name, query in wanted.items()
    ]
    return dict(db.session.execute(select(*columns)).one()._mapping)


def cards(ids: Sequence[int]) -> list[AnyRow]:
    """What cards show of these comments, in this order."""
    columns = [column for column in _comments if column.name != "email"]
    query = select(*columns, Article.slug, Article.title, Article.published, Article.pinned_id, Article.comment_count)
    rows = db.session.execute(query.join(Article, Article.id == _comments.article_id).where(_comments.id.in_(ids)))
    by_id = {row.id: row for row in rows}
    return [by_id[one] for one in ids if one in by_id]


@dataclass(frozen=True)
class _Scope:
    """Where to look: candidates along one index, what has to be true of them, and the values bound in both."""

    candidates: Select[Any]
    conditions: Sequence[ColumnElement[bool]]
    bound: dict[str, Any]
    below: int

    @classmethod
    def of(cls, chosen: Chosen) -> _Scope | None:
        """None where nothing can be found: an article or an author that is not there."""
        bound: dict[str, Any] = {"above": _above(chosen)}
        conditions = list(_conditions(chosen))
        article_id = reader_key = None
        if chosen.article:
            article_id = db.session.scalar(select(Article.id).where(Article.slug == chosen.article))
            if article_id is None:
                return None
        if chosen.by is not None:
            reader_key = db.session.scalar(select(_comments.reader_key).where(_comments.id == chosen.by))
            if reader_key is None:
                return None
            conditions.append(_comments.reader_key == reader_key)
        by_words = search.newest(chosen.q, chosen.author, article_id)
        if by_words is not None:
            candidates = by_words
        elif chosen.q or chosen.author:
            return None
        elif chosen.queue == "reported":
            candidates = select(_reports.comment_id.label("id")).where(~_reports.settled).distinct()
            candidates = candidates.where(*_between(_reports.comment_id)).order_by(_reports.comment_id.desc())
        else:
            candidates = select(_comments.id).where(*_between(_comments.id), *_leading(chosen, reader_key))
            candidates = candidates.order_by(_comments.id.desc())
        return cls(candidates, conditions, bound, _below(chosen))

    def page(self, limit: int, most: int) -> Select[Any]:
        """Ids of those among the next candidates that all conditions hold for."""
        found = self.candidates.limit(limit).subquery("found")
        query = select(_comments.id).where(_comments.id.in_(select(found.c.id)), *self.conditions)
        return query.order_by(_comments.id.desc()).limit(most)

    def last(self, limit: int) -> Select[Any]:
        """The last of the next candidates, if there are that many: there may be more behind it."""
        found = self.candidates.limit(limit).subquery("found")
        return select(func.min(found.c.id)).having(func.count() == limit)


def _between(id_: ColumnElement[int]) -> list[ColumnElement[bool]]:
    return [id_ < bindparam("below"), id_ > bindparam("above")]


def _leading(chosen: Chosen, reader_key: str | None) -> Iterator[ColumnElement[bool]]:
    """The conditions that an index knows."""
    if reader_key is not None:
        yield _comments.reader_key == reader_key
    if chosen.state not in (None, State.VISIBLE):
        yield _comments.state == chosen.state
        yield _IS_QUEUED


def _conditions(chosen: Chosen) -> Iterator[ColumnElement[bool]]:
    if chosen.state is not None:
        yield _comments.state == chosen.state
    if chosen.queue == "reported":
        yield exists().where(_reports.comment_id == _comments.id, ~_reports.settled)
    if chosen.begins is not None:
        yield _comments.created_at >= chosen.begins
    if chosen.ends is not None:
        yield _comments.created_at < chosen.ends


def _above(chosen: Chosen) -> int:
    """Ids rise with time, but where comments were brought in from elsewhere; the dates say where to end."""
    if chosen.begins is None:
        return 0
    first = db.session.scalar(select(func.min(_comments.id)).where(_comments.created_at >= chosen.begins))
    return FURTHEST if first is None else first - 1


def _below(chosen: Chosen) -> int:
    """The dates say where to begin."""
    if chosen.ends is None:
        return FURTHEST
    return (db.session.scalar(select(func.max(_comments.id)).where(_comments.created_at < chosen.ends)) or 0) + 1
