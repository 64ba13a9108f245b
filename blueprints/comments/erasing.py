"""Forgetting: a person's comments, and after their time the traces of addresses. Nothing of this can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from blueprints.comments import persons, placement
from blueprints.comments.models import Comment, Edit, State
from blueprints.comments.persons import PER_STATEMENT, Whose
from understory import clock
from understory.db import transaction

#: Who wrote a comment that was erased, for moderators; readers see a placeholder, where replies remain.
NOBODY = "(erased)"

#: Comments whose traces are removed in one go: a writer who waits meanwhile waits for a hundredth of a second.
PER_SWEEP = 1000


def erase(whose: Whose) -> list[int]:
    """Empty every comment of a person and give their ids. What others answered keeps its place and its thread."""
    with transaction() as session:
        comments = session.scalars(select(Comment).where(persons.by(whose)).with_for_update()).all()
        for comment in comments:
            if comment.state != State.WITHDRAWN:
                placement.bring_into(session, comment, State.WITHDRAWN)
            comment.erased_at = clock.now()
            comment.author, comment.email, comment.source, comment.html = NOBODY, None, "", ""
            comment.reader_key, comment.address_hash, comment.address_range = None, None, None
            comment.held_for, comment.held_as = None, None
        session.flush()
        ids = [comment.id for comment in comments]
        for start in range(0, len(ids), PER_STATEMENT):
            # Emptied, not removed: the log may name the text by its number.
            some = Edit.comment_id.in_(ids[start : start + PER_STATEMENT])
            session.execute(update(Edit).where(some).values(source="", html=""))
        return ids


def sweep(days: int) -> int:
    """Remove what is kept of the addresses from which comments older than `days` came; gives of how many."""
    swept = 0
    while number := _sweep_some(clock.now() - timedelta(days=days)):
        swept += number
    return swept


def _sweep_some(until: datetime) -> int:
    old = (Comment.created_at <= until) & Comment.address_hash.is_not(None)
    with transaction() as session:
        ids = session.scalars(select(Comment.id).where(old).limit(PER_SWEEP)).all()
        if ids:
            gone = {"address_hash": None, "address_range": None}
            session.execute(update(Comment).where(Comment.id.in_(ids)).values(gone))
        return len(ids)
