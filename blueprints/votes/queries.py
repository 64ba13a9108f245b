"""Reads of votes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.comments.models import Comment
from blueprints.votes.models import Vote
from understory.db import AnyRow, db


def on(comment_id: int, reader_key: str | None) -> int:
    """A reader's vote on a comment: 1, -1, or 0 for none."""
    if reader_key is None:
        return 0
    query = select(Vote.value).where(Vote.comment_id == comment_id, Vote.reader_key == reader_key)
    return db.session.scalar(query) or 0


def in_thread(article_id: int, reader_key: str, most: int = 500) -> dict[int, int]:
    """A reader's latest votes under an article, by comment."""
    query = (
        select(Vote.comment_id, Vote.value)
        .join(Comment, Comment.id == Vote.comment_id)
        .where(Vote.reader_key == reader_key, Comment.article_id == article_id)
        .order_by(Vote.at.desc())
        .limit(most)
    )
    return {row.comment_id: row.value for row in db.session.execute(query)}


def all_of(reader_key: str) -> Sequence[AnyRow]:
    """Every vote that a reader gave and did not take back, oldest first."""
    query = select(Vote.comment_id, Vote.value, Vote.at).where(Vote.reader_key == reader_key)
    return db.session.execute(query.order_by(Vote.at)).all()
