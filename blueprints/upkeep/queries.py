"""Reads for whoever watches the site."""

from __future__ import annotations

from sqlalchemy import func, select

from blueprints.comments.models import Comment, State
from blueprints.moderation.models import Report
from understory.db import db

#: Queues longer than this are told as this long: to count a million rows at every look would cost the readers.
MOST = 10_000


def waiting() -> dict[str, int]:
    """How many comments wait in each queue of the desk, as far as MOST."""
    queues = {
        "pending": select(Comment.id).where(Comment.state == State.PENDING, Comment.state != State.VISIBLE),
        "spam": select(Comment.id).where(Comment.state == State.SPAM, Comment.state != State.VISIBLE),
        "reported": select(Report.comment_id).where(~Report.settled).distinct(),
    }
    return {
        name: db.session.scalar(select(func.count()).select_from(query.limit(MOST).subquery())) or 0
        for name, query in queues.items()
    }
