"""What follows when a comment appears or goes: placeholders above it, counts, word to open pages."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from blueprints.articles import operations as articles
from blueprints.articles.models import What
from blueprints.comments.models import Comment, State


def bring_into(session: Session, comment: Comment, state: State) -> None:
    """Set the state; placeholders above, the thread's counts and its open pages follow."""
    before = comment.state
    comment.state = state
    also_changed = _show_as_needed(session, comment)
    count_change = int(state == State.VISIBLE) - int(before == State.VISIBLE)
    if count_change:
        arrives = before == State.PENDING
        what = What.GONE if count_change < 0 else What.ARRIVED if arrives else What.CHANGED
        articles.note_thread_change(comment.article_id, what, comment.id, count_change)
    for parent_id in also_changed:
        articles.note_thread_change(comment.article_id, What.CHANGED, parent_id)


def _show_as_needed(session: Session, comment: Comment) -> list[int]:
    """A comment takes its place while it is visible or a reply below it is; gives the parents that follow."""
    followed: list[int] = []
    moved = 0
    link: Comment | None = comment
    while link is not None:
        shown = link.state == State.VISIBLE or link.shown_replies > 0
        if shown == link.shown:
            break
        link.shown = shown
        moved += (1 if shown else -1) if link.depth else 0
        if link is not comment:
            followed.append(link.id)
        link = session.get(Comment, link.parent_id, with_for_update=True) if link.parent_id else None
        if link is not None:
            link.shown_replies += 1 if shown else -1
    if moved:
        session.execute(
            update(Comment)
            .where(
                Comment.article_id == comment.article_id,
                Comment.root_number == comment.root_number,
                Comment.depth == 0,
            )
            .values(branch_size=Comment.branch_size + moved)
            .execution_options(synchronize_session=False)
        )
    return followed
