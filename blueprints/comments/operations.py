"""What is done to comments that are there: each verb does the whole act in one commit."""

from __future__ import annotations

from sqlalchemy import select, update

from blueprints.articles import conversations
from blueprints.articles.models import What
from blueprints.comments import placement, ranking
from blueprints.comments.models import Change, Comment, State
from understory.db import db, transaction
from understory.errors import Missing
from understory.sanitize import comment_html


def set_state(comment_id: int, state: State) -> Change:
    """Bring a comment into a state; the thread's counts and placeholders follow. Raises Missing.

    Setting the state that it is in already changes nothing and is told by `before == after`.
    """
    with transaction() as session:
        comment = session.get(Comment, comment_id, with_for_update=True)
        if comment is None:
            raise Missing("There is no such comment.")
        before = State(comment.state)
        if before != state:
            placement.bring_into(session, comment, state)
        return Change(comment.id, comment.article_id, before, state)


def count_votes(comment_id: int, up: int, down: int) -> None:
    """Move a comment's votes by these amounts; its place in the order "best" follows."""
    comment = db.session.get(Comment, comment_id, with_for_update=True)
    if comment is None:
        raise Missing("There is no such comment.")
    comment.up += up
    comment.down += down
    comment.best = ranking.best(comment.up, comment.down)
    conversations.note_thread_change(comment.article_id, What.CHANGED, comment.id)


def rerender(batch: int = 500) -> int:
    """Make every comment's html anew from its source; gives how many differed."""
    changed, last = 0, 0
    while rows := db.session.execute(
        select(Comment.id, Comment.article_id, Comment.source, Comment.html)
        .where(Comment.id > last)
        .order_by(Comment.id)
        .limit(batch)
    ).all():
        fresh = {row.id: html for row in rows if (html := comment_html(row.source)) != row.html}
        with transaction() as session:
            for comment_id, html in fresh.items():
                session.execute(update(Comment).where(Comment.id == comment_id).values(html=html))
            for article_id in {row.article_id for row in rows if row.id in fresh}:
                conversations.note_thread_change(article_id, What.THREAD)
        changed, last = changed + len(fresh), rows[-1].id
    return changed
