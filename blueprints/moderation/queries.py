"""Reads of the moderation log."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import aliased

from blueprints.articles.models import Article
from blueprints.comments.models import Comment
from blueprints.moderation.models import LogEntry
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


def last_act(comment_id: int) -> AnyRow | None:
    """The newest entry about a comment: who did what, and why."""
    return db.session.execute(
        select(LogEntry.account_name, LogEntry.act, LogEntry.reason, LogEntry.at)
        .where(LogEntry.comment_id == comment_id)
        .order_by(LogEntry.id.desc())
        .limit(1)
    ).first()
