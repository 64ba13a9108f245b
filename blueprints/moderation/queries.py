"""Reads of the moderation log."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import aliased

from blueprints.articles.models import Article
from blueprints.comments.models import Comment
from blueprints.moderation.models import LogEntry, Report
from understory.db import AnyRow, db
from understory.paging import Page, Place

PER_PAGE = 50


def log(place: Place) -> Page[AnyRow]:
    """Acts, newest first, below the entry with the id `place.before`; `can_be_undone` while it still holds."""
    undo = aliased(LogEntry)
    query = (
        select(
            LogEntry.id,
            LogEntry.at,
            LogEntry.account_name,
            LogEntry.act,
            LogEntry.comment_id,
            LogEntry.before,
            LogEntry.after,
            LogEntry.reason,
            LogEntry.undoes_id,
            Comment.author,
            Article.title,
            Article.published,
            undo.account_name.label("undone_by"),
            (undo.id.is_(None) & (Comment.state == LogEntry.after)).label("can_be_undone"),
        )
        .join(Comment, Comment.id == LogEntry.comment_id)
        .join(Article, Article.id == LogEntry.article_id)
        .outerjoin(undo, undo.undoes_id == LogEntry.id)
    )
    if place.before is not None:
        query = query.where(LogEntry.id < place.before)
    rows = db.session.execute(query.order_by(LogEntry.id.desc()).limit(PER_PAGE + 1)).all()
    return Page(rows=list(rows[:PER_PAGE]), more_above=place.before is not None, more_below=len(rows) > PER_PAGE)


def open_reports(comment_ids: Iterable[int]) -> dict[int, list[AnyRow]]:
    """Reports that nobody has decided about, by comment, oldest first."""
    rows = db.session.execute(
        select(Report.comment_id, Report.grounds, Report.words, Report.at)
        .where(Report.comment_id.in_(list(comment_ids)), Report.settled.is_(False))
        .order_by(Report.id)
    ).all()
    return {key: list(group) for key, group in groupby(sorted(rows, key=_comment_id), key=_comment_id)}


def _comment_id(row: AnyRow) -> int:
    return int(row.comment_id)
