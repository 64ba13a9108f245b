"""Reads of the log, of reports, and of what is known of authors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from blueprints.articles.models import Article
from blueprints.comments.models import Comment, State
from blueprints.moderation.models import NOT_PUBLIC, HeldAuthor, LogEntry, Report
from understory.db import AnyRow, db, read
from understory.paging import Page, Place
from understory.statements import built_once

PER_PAGE = 50

_held = HeldAuthor.__table__.c


@dataclass(frozen=True)
class Record:
    """What an author's comments came to so far."""

    approved: int
    rejected: int
    first_seen: datetime
    is_held: bool

    @property
    def rate(self) -> int | None:
        """Of a hundred decided comments, how many are on the site; None while none is decided."""
        decided = self.approved + self.rejected
        return round(100 * self.approved / decided) if decided else None


@dataclass(frozen=True)
class Sought:
    """What of the log is asked for: words of the reason, the author or what it is about; who, an act, a batch."""

    q: str = ""
    who: str = ""
    act: str = ""
    batch: int | None = None
    comment: int | None = None


def log(place: Place, sought: Sought | None = None) -> Page[AnyRow]:
    """Acts, newest first, below the entry with the id `place.before`; a batch is one of them, unless it is sought.

    `can_be_undone` while what it did still holds, `many` the number of comments of a batch.
    """
    sought = sought or Sought()
    query = _entries()
    if sought.batch is not None:
        query = query.where(LogEntry.batch_id == sought.batch)
    elif sought.comment is not None:
        query = query.where(LogEntry.comment_id == sought.comment)
    else:
        query = query.where(LogEntry.batch_id.is_(None))
    if sought.q:
        like = f"%{_plain(sought.q)}%"
        columns = LogEntry.reason, LogEntry.about, Comment.author, Article.title
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    if sought.who:
        query = query.where(LogEntry.account_name.ilike(f"%{_plain(sought.who)}%", escape="\\"))
    if sought.act:
        query = query.where(LogEntry.act == sought.act)
    if place.before is not None:
        query = query.where(LogEntry.id < place.before)
    rows = db.session.execute(query.order_by(LogEntry.id.desc()).limit(PER_PAGE + 1)).all()
    return Page(rows=list(rows[:PER_PAGE]), more_above=place.before is not None, more_below=len(rows) > PER_PAGE)


def public_log(place: Place) -> Page[AnyRow]:
    """What was done to conversations that readers can open, newest first, below the id `place.before`.

    A batch is one of them. What was decided about authors, and under articles that are not published, is left out.
    """
    query = _entries().add_columns(LogEntry.account_id, Comment.shown)
    query = query.where(
        LogEntry.batch_id.is_(None), LogEntry.act.not_in(NOT_PUBLIC), Article.published | LogEntry.article_id.is_(None)
    )
    if place.before is not None:
        query = query.where(LogEntry.id < place.before)
    rows = db.session.execute(query.order_by(LogEntry.id.desc()).limit(PER_PAGE + 1)).all()
    return Page(rows=list(rows[:PER_PAGE]), more_above=place.before is not None, more_below=len(rows) > PER_PAGE)


def entry(entry_id: int) -> AnyRow | None:
    """One act, as the log shows it."""
    return db.session.execute(_entries().where(LogEntry.id == entry_id)).first()


def _entries() -> Select[*tuple[Any, ...]]:
    undo, part = aliased(LogEntry), aliased(LogEntry)
    many = select(func.count()).where(part.batch_id == LogEntry.id).correlate(LogEntry).scalar_subquery()
    moved_on = (Comment.state != LogEntry.after) & LogEntry.after.in_(list(State))
    return (
        select(
            LogEntry.id,
            LogEntry.at,
            LogEntry.account_name,
            LogEntry.act,
            LogEntry.comment_id,
            LogEntry.article_id,
            LogEntry.batch_id,
            LogEntry.before,
            LogEntry.after,
            LogEntry.reason,
            LogEntry.about,
            LogEntry.undoes_id,
            Comment.author,
            Article.title,
            Article.slug,
            Article.published,
            many.label("many"),
            undo.account_name.label("undone_by"),
            (undo.id.is_(None) & func.coalesce(~moved_on, True)).label("can_be_undone"),
        )
        .outerjoin(Comment, Comment.id == LogEntry.comment_id)
        .outerjoin(Article, Article.id == LogEntry.article_id)
        .outerjoin(undo, undo.undoes_id == LogEntry.id)
    )


def newest_entry() -> int:
    """The id of the latest act; 0 before the first."""
    return db.session.scalar(select(func.max(LogEntry.id))) or 0


def decided_since(entry_id: int, not_by: int, most: int) -> Sequence[int]:
    """Comments that others have acted on since an entry of the log, at most so many."""
    others = LogEntry.account_id.is_(None) | (LogEntry.account_id != not_by)
    query = select(LogEntry.comment_id).where(LogEntry.id > entry_id, others, LogEntry.comment_id.is_not(None))
    return [one for one in db.session.scalars(query.distinct().limit(most)) if one is not None]


def last_entries(comment_ids: Sequence[int]) -> dict[int, AnyRow]:
    """The latest act on each of these comments, where there is one."""
    latest = select(func.max(LogEntry.id)).where(LogEntry.comment_id.in_(comment_ids)).group_by(LogEntry.comment_id)
    columns = LogEntry.id, LogEntry.comment_id, LogEntry.at, LogEntry.account_name, LogEntry.act, LogEntry.reason
    return {row.comment_id: row for row in db.session.execute(select(*columns).where(LogEntry.id.in_(latest)))}


def open_reports(comment_ids: Iterable[int]) -> dict[int, list[AnyRow]]:
    """Reports that nobody has decided about, by comment, oldest first."""
    rows = db.session.execute(
        select(Report.comment_id, Report.grounds, Report.words, Report.at)
        .where(Report.comment_id.in_(list(comment_ids)), ~Report.settled)
        .order_by(Report.id)
    ).all()
    return {key: list(group) for key, group in groupby(sorted(rows, key=_comment_id), key=_comment_id)}


def records(reader_keys: Iterable[str | None]) -> dict[str, Record]:
    """What is known of these authors, by key."""
    keys = {key for key in reader_keys if key is not None}
    states: dict[str, dict[str, int]] = {key: {} for key in keys}
    first: dict[str, int] = {}
    counted = select(Comment.reader_key, Comment.state, func.count().label("number"), func.min(Comment.id).label("id"))
    for row in db.session.execute(counted.where(Comment.reader_key.in_(keys)).group_by("reader_key", "state")):
        states[row.reader_key][row.state] = row.number
        first[row.reader_key] = min(row.id, first.get(row.reader_key, row.id))
    begun = select(Comment.id, Comment.created_at).where(Comment.id.in_(first.values()))
    moments = {row.id: row.created_at for row in db.session.execute(begun)}
    held = set(db.session.scalars(select(HeldAuthor.reader_key).where(HeldAuthor.reader_key.in_(keys))))
    return {
        key: Record(
            approved=states[key].get(State.VISIBLE, 0),
            rejected=states[key].get(State.REJECTED, 0) + states[key].get(State.SPAM, 0),
            first_seen=moments[first[key]],
            is_held=key in held,
        )
        for key in first
    }


def is_held(reader_key: str) -> bool:
    """Whether whatever this author posts waits for a moderator. Asked at every post."""
    return read(_one_held(), key=reader_key).first() is not None


@built_once
def _one_held() -> Select[*tuple[Any, ...]]:
    return select(_held.reader_key).where(_held.reader_key == bindparam("key"))


def _comment_id(row: AnyRow) -> int:
    return int(row.comment_id)


def _plain(text: str) -> str:
    """Text to be found as it stands, whatever LIKE thinks of it."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
